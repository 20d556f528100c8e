// notes_api in JavaScript, with nothing but Node's own modules. The notes live in memory; each change is a line of JSON that is
// on the disk before it is answered, and at a start the lines are read from the first to the last.
"use strict";

const fs = require("node:fs");
const http = require("node:http");

const TITLES = {
  400: "The body is not JSON",
  401: "A token is missing or unknown",
  404: "There is no such note",
  405: "This path has other methods",
  412: "Somebody else has changed the note",
  415: "The body has to be JSON, and say so",
  422: "The request breaks a rule",
  428: "Say in If-Match which version you have seen",
};
const METHODS = { all: ["GET", "POST"], one: ["GET", "PUT", "PATCH", "DELETE"] };

const tokens = new Map(
  (process.env.TOKENS ?? "").split(",").filter((pair) => pair.includes(":")).map((pair) => pair.split(":")),
);

// ---- the notes

const notes = new Map(); // by id, the oldest first
let newest = 0;

function remember(note) {
  newest = Math.max(newest, note.id);
  if (note.gone) notes.delete(note.id);
  else notes.set(note.id, note);
}

const file = process.env.DATABASE_FILE ?? "notes.jsonl";
const kept = fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(0);
// A line that the server was killed in has no end. Nobody was promised it.
const whole = kept.lastIndexOf(10) + 1;
for (const line of kept.subarray(0, whole).toString().split("\n")) if (line) remember(JSON.parse(line));
const journal = fs.openSync(file, "a");
fs.ftruncateSync(journal, whole);

/** Once this returns, the change survives. No other request is looked at meanwhile. */
function write(note) {
  fs.writeSync(journal, JSON.stringify(note) + "\n");
  fs.fdatasyncSync(journal);
  remember(note);
}

// ---- what may be asked

class Problem extends Error {
  constructor(status, headers = {}, errors = undefined) {
    super();
    Object.assign(this, { status, headers, errors });
  }
}

const characters = (text) => [...text].length;

/** What the body says of a note. */
function fieldsOf(request, bytes) {
  const type = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  if (type !== "application/json") throw new Problem(415);
  let body;
  try {
    body = JSON.parse(bytes.toString());
  } catch {
    throw new Problem(400);
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Problem(422, {}, [{ pointer: "", detail: "is no object" }]);
  }
  const fields = {};
  const errors = [];
  if ("title" in body || request.method !== "PATCH") {
    fields.title = typeof body.title === "string" ? body.title.replace(/^ +| +$/g, "") : "";
    const length = characters(fields.title);
    if (length < 1 || length > 100) errors.push({ pointer: "/title", detail: "has to be a text of 1 to 100 characters" });
  }
  if ("text" in body) {
    fields.text = body.text;
    const isRight = typeof body.text === "string" && characters(body.text) <= 10_000;
    if (!isRight) errors.push({ pointer: "/text", detail: "has to be a text of at most 10,000 characters" });
  }
  if (errors.length) throw new Problem(422, {}, errors);
  return fields;
}

function number(query, name, otherwise) {
  const text = query.get(name) ?? String(otherwise);
  if (!/^[0-9]+$/.test(text)) throw new Problem(422);
  return Number(text);
}

// ---- what is answered

const shown = ({ id, title, text }) => ({ id, title, text });
const etag = (note) => `"${note.version}"`;
const one = (status, note, headers = {}) => ({ status, headers: { ETag: etag(note), ...headers }, value: shown(note) });

const small = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function page(owner, query) {
  const limit = Math.min(number(query, "limit", 20), 100);
  if (limit < 1) throw new Problem(422);
  const before = number(query, "before", Number.MAX_SAFE_INTEGER);
  const search = query.get("search") ?? "";
  const wanted = small(search);
  const found = [...notes.values()]
    .filter((note) => note.owner === owner && note.id < before)
    .filter((note) => small(note.title).includes(wanted) || small(note.text).includes(wanted))
    .sort((a, b) => b.id - a.id)
    .slice(0, limit + 1);
  const more = found.length > limit;
  if (more) found.pop();
  const next = more ? `/notes?${new URLSearchParams({ search, limit, before: found.at(-1).id })}` : null;
  return { status: 200, headers: {}, value: { notes: found.map(shown), next } };
}

function answer(request, bytes) {
  const url = new URL(request.url, "http://localhost");
  const path = /^\/notes(?:\/([^/]*))?$/.exec(url.pathname);
  if (!path) throw new Problem(404);
  const [, scheme, token] = /^(\S+) +(\S+)$/.exec(request.headers.authorization ?? "") ?? [];
  const owner = scheme?.toLowerCase() === "bearer" ? tokens.get(token) : undefined;
  if (owner === undefined) throw new Problem(401, { "WWW-Authenticate": "Bearer" });
  const methods = path[1] === undefined ? METHODS.all : METHODS.one;
  if (!methods.includes(request.method)) throw new Problem(405, { Allow: methods.join(", ") });

  if (methods === METHODS.all) {
    if (request.method === "GET") return page(owner, url.searchParams);
    const note = { id: newest + 1, version: 1, owner, text: "", ...fieldsOf(request, bytes) };
    write(note);
    return one(201, note, { Location: `/notes/${note.id}` });
  }
  const note = /^[0-9]{1,15}$/.test(path[1]) ? notes.get(Number(path[1])) : undefined;
  if (note?.owner !== owner) throw new Problem(404);
  if (request.method === "GET") return one(200, note);
  const fields = request.method === "DELETE" ? {} : fieldsOf(request, bytes);
  const seen = request.headers["if-match"];
  if (seen === undefined) throw new Problem(428);
  const versions = seen.split(",").map((version) => version.trim());
  if (!versions.includes("*") && !versions.includes(etag(note))) throw new Problem(412);
  if (request.method === "DELETE") {
    write({ id: note.id, gone: true });
    return { status: 204, headers: {} };
  }
  const before = request.method === "PUT" ? { ...note, text: "" } : note;
  const after = { ...before, ...fields, version: note.version + 1 };
  write(after);
  return one(200, after);
}

// ---- the server

const server = http.createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    let came;
    try {
      came = { type: "application/json", ...answer(request, Buffer.concat(pieces)) };
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      const { status, headers, errors } = problem;
      came = { type: "application/problem+json", status, headers, value: { status, title: TITLES[status], errors } };
    }
    const headers = came.value === undefined ? came.headers : { ...came.headers, "Content-Type": came.type };
    response.writeHead(came.status, headers);
    response.end(came.value === undefined ? undefined : JSON.stringify(came.value));
  });
});
server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1");
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
