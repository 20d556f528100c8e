//! What one step does to the other sides, what it expects to have arrived there, and what it keeps of that. Each peer's own words are
//! in its own file.

use super::{
    bad_line::{ProxyExpect, RawProxyExpect},
    capture::Capture,
    expect::Problem,
    mail::{self, MailExpect, RawMailExpect},
    payment::{self, PaymentExpect, RawPaymentExpect},
    peers::{Before, Peers},
    peers_file::{DnsExpect, UpstreamExpect},
    provider::{ProviderExpect, RawProviderExpect},
    steps::Reader,
    steps_file::RawCapture,
};
use crate::{course::Spanned, error::Result};
use regex::Regex;

/// The keys of a step that are about peers, as they were read.
#[derive(Default)]
pub(super) struct RawOfPeers {
    pub(super) upstream: Option<UpstreamExpect>,
    pub(super) dns: Option<DnsExpect>,
    pub(super) mail: Option<RawMailExpect>,
    pub(super) proxy: Option<RawProxyExpect>,
    pub(super) oauth: Option<RawProviderExpect>,
    pub(super) payment: Option<RawPaymentExpect>,
}

/// The same, checked.
#[derive(Debug, Default)]
pub(super) struct OfPeers {
    pub(super) upstream: Option<UpstreamExpect>,
    pub(super) dns: Option<DnsExpect>,
    pub(super) mail: Option<MailExpect>,
    pub(super) proxy: Option<ProxyExpect>,
    pub(super) oauth: Option<ProviderExpect>,
    pub(super) payment: Option<PaymentExpect>,
    /// What is kept for later steps, by name.
    pub(super) kept: Vec<(String, FromPeer)>,
}

/// A value that comes from a peer, and not from an answer.
#[derive(Debug)]
pub(super) enum FromPeer {
    /// The first group of a pattern in the text of a mail.
    Mail(Regex),
    /// A JSON pointer into the newest charge.
    Charge(String),
}

/// Where a value comes from that later steps use.
pub(super) enum Kept {
    Answer(Capture),
    Peer(FromPeer),
}

impl Reader<'_> {
    /// A step may expect something of a peer only if there is one.
    pub(super) fn of_peers(
        &self,
        at: &Spanned<String>,
        raw: RawOfPeers,
        names: &mut Vec<String>,
    ) -> Result<OfPeers> {
        let plan = &self.peers;
        let asked = [
            ("upstream", raw.upstream.is_some(), plan.has_upstream()),
            ("dns", raw.dns.is_some(), plan.has_dns()),
            ("mail", raw.mail.is_some(), plan.mail.is_some()),
            ("proxy", raw.proxy.is_some(), plan.proxy.is_some()),
            ("oauth", raw.oauth.is_some(), plan.oauth.is_some()),
            ("payment", raw.payment.is_some(), plan.payment),
        ];
        for (name, is_expected, is_there) in asked {
            if is_expected && !is_there {
                return self.no_such_peer(at, name);
            }
        }
        Ok(OfPeers {
            upstream: raw.upstream,
            dns: raw.dns,
            mail: raw
                .mail
                .map(|mail| self.mail_expect(at, mail, names))
                .transpose()?,
            proxy: raw
                .proxy
                .map(|proxy| self.proxy_expect(at, proxy))
                .transpose()?,
            oauth: raw
                .oauth
                .map(|oauth| self.provider_expect(at, oauth))
                .transpose()?,
            payment: raw
                .payment
                .map(|payment| self.payment_expect(at, payment))
                .transpose()?,
            kept: Vec::new(),
        })
    }

    fn no_such_peer<T>(&self, at: &Spanned<String>, name: &str) -> Result<T> {
        self.fail(
            at,
            format!("this step expects something of {name}, and there is no such peer"),
            &format!("Add [peers.{name}] at the beginning of the file."),
        )
    }

    /// Where a value that a step keeps comes from.
    pub(super) fn kept(&self, at: &Spanned<String>, raw: RawCapture) -> Result<Kept> {
        let missing = [
            ("mail", raw.mail.is_some() && self.peers.mail.is_none()),
            ("payment", raw.charge.is_some() && !self.peers.payment),
        ];
        if let Some((name, _)) = missing.iter().find(|(_, is_missing)| *is_missing) {
            return self.no_such_peer(at, name);
        }
        Ok(match (&raw.mail, &raw.charge) {
            (Some(pattern), None) if raw.is_only_of_a_peer() => {
                Kept::Peer(FromPeer::Mail(self.pattern(at, pattern)?))
            }
            (None, Some(pointer)) if raw.is_only_of_a_peer() => {
                Kept::Peer(FromPeer::Charge(pointer.clone()))
            }
            _ => Kept::Answer(self.capture(at, raw)?),
        })
    }
}

impl OfPeers {
    /// True if something can be wrong with what arrived.
    pub(super) fn judges(&self) -> bool {
        let upstream = self.upstream.as_ref().is_some_and(UpstreamExpect::judges);
        let mail = self.mail.as_ref().is_some_and(MailExpect::judges);
        let proxy = self.proxy.as_ref().is_some_and(ProxyExpect::judges);
        let oauth = self.oauth.as_ref().is_some_and(ProviderExpect::judges);
        let payment = self.payment.as_ref().is_some_and(PaymentExpect::judges);
        upstream || mail || proxy || oauth || payment || self.dns.is_some() || !self.kept.is_empty()
    }
}

impl FromPeer {
    /// The value, or what is missing.
    pub(super) fn take(
        &self,
        peers: &Peers,
        before: Before,
    ) -> std::result::Result<String, Option<Problem>> {
        match self {
            Self::Mail(pattern) => {
                let server = peers.mail.as_ref().ok_or(None)?;
                mail::find(server, before.mails, pattern).map_err(Some)
            }
            Self::Charge(pointer) => {
                let provider = peers.payment.as_ref().ok_or(None)?;
                payment::part(provider, before.payment, pointer).map_err(Some)
            }
        }
    }
}
