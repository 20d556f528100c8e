//! The command that installs a package on this system.

use super::probes::on_path;

/// Package managers, in the order they are looked for, with the words before the package's name.
const MANAGERS: [(&str, &str); 6] = [
    ("apt-get", "sudo apt-get install"),
    ("dnf", "sudo dnf install"),
    ("pacman", "sudo pacman -S"),
    ("zypper", "sudo zypper install"),
    ("apk", "sudo apk add"),
    ("brew", "brew install"),
];

/// The command that installs `package`, which is named as Debian names it.
pub(super) fn command_for(package: &str) -> String {
    let manager = MANAGERS.iter().find(|(program, _)| on_path(program));
    match manager {
        Some((program, command)) => format!("{command} {}", local_name(program, package)),
        None => format!("Install {package} with the package manager of your system."),
    }
}

/// What other systems call Debian's packages.
fn local_name<'a>(manager: &str, package: &'a str) -> &'a str {
    match (manager, package) {
        ("brew", "gcc") => "gcc # or: xcode-select --install",
        ("apk", "gcc") => "build-base",
        ("dnf" | "zypper", "postgresql") => "postgresql-server",
        ("apt-get", package) => package,
        (_, "redis-server") => "redis",
        (_, "nginx-light") => "nginx",
        (_, package) => package,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_named_as_each_system_names_them() {
        assert_eq!(local_name("apt-get", "redis-server"), "redis-server");
        assert_eq!(local_name("brew", "redis-server"), "redis");
        assert_eq!(local_name("apk", "gcc"), "build-base");
    }
}
