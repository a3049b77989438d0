"use strict";
// What a bundle may look like: its JSON, its forms, and the bytes that are hashed (FTD1, section 1
// and the key lists of sections 2 to 8). The table is the one of `verifier.py`.
(function () {
  const MAX_INTEGER = Number.MAX_SAFE_INTEGER, MAX_DEPTH = 500;
  const TABLE = `BUNDLE: v /FTD1-bundle/, terms TERMS, close CLOSE, result RESULT, entries ENTRY[0..],
  reveals REVEAL[0..], terms_sig close_sig result_sig HEX128, log? LOG, receipts? SIGNED[0..]
TERMS: v /FTD1/, drawing_id ID, sequence 1.., opens_at closes_at draws_at TIME, ext? ANYTHING,
  prizes PRIZE[1..1000], alternates 0..1000, distinct /holder|entry/, sources SOURCE[1..16],
  rules_sha256 operator_key HEX64
PRIZE: prize_id ID, quantity 1..10000; SIGNED: receipt RECEIPT, sig HEX128
SOURCE commit: id ID, kind /commit/, commitment HEX64
SOURCE drand: id ID, kind /drand/, chain_hash HEX64, public_key HEX192, genesis_time TIME,
  period 1..86400, round 1..
SOURCE public: id ID, kind /public/, description PRINT
ENTRY: entry_id ID, holder HEX64, units 1..4294967295, void //
ENTRY void: entry_id ID, holder HEX64, units 0..0, void /[a-z0-9_]{1,64}/
CLOSE: v /FTD1/, drawing_id ID, terms_hash entries_root HEX64, entry_count 0..4294967295,
  total_units 0.., closed_at TIME
REVEAL: id ID, value PRINT; REVEAL drand: id ID, round 1.., signature HEX96
RESULT: v /FTD1/, drawing_id ID, terms_hash close_hash seed HEX64, drawn_at TIME,
  picks PICK[0..], unfilled 0..10000000
PICK winner: position 0.., entry_id prize_id ID, holder HEX64, role /winner/
PICK alternate: position 0.., entry_id ID, prize_id NULL, holder HEX64, role /alternate/
LOG: records RECORD[0..], checkpoint CHECKPOINT, checkpoint_sig HEX128
RECORD: seq 0.., at TIME, type /[a-z_]{1,32}/, drawing_id ID, body_hash HEX64
CHECKPOINT: v /FTD1/, log_size 0.., log_head HEX64, at TIME
RECEIPT: v /FTD1/, drawing_id entry_id ID, holder log_head HEX64, units 1.., log_size 0..,
  issued_at TIME`;

  class FormatError extends Error {}
  function expect(holds, reason) {
    if (!holds) throw new FormatError(reason);
  }

  // JSON (section 1.1): the browser's own parser would let a key stand twice, and round numbers.
  class Reader {
    constructor(text) {
      this.text = text;
      this.at = 0;
    }
    whole() {
      const value = this.value(0);
      this.space();
      expect(this.at === this.text.length, "has something after its value");
      return value;
    }
    space() {
      while (" \t\n\r".includes(this.text[this.at] || "x")) this.at++;
    }
    next(depth) {
      this.space();
      expect(depth <= MAX_DEPTH, "is nested too deeply");
      return this.text[this.at];
    }
    value(depth) {
      const first = this.next(depth);
      if (first === "{") return this.object(depth + 1);
      if (first === "[") return this.list(depth + 1);
      if (first === '"') return this.string();
      for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
        if (this.text.startsWith(word, this.at)) {
          this.at += word.length;
          return value;
        }
      }
      return this.integer();
    }
    integer() {
      const form = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
      form.lastIndex = this.at;
      const [digits] = form.exec(this.text) || [""];
      this.at += digits.length;
      const holds = /^-?[0-9]{1,16}$/.test(digits) && Math.abs(Number(digits)) <= MAX_INTEGER;
      expect(holds, `has a value that is not one of ours: ${digits.slice(0, 20)}`);
      return Number(digits) + 0;  // never the zero below zero
    }
    string() {
      const start = this.at;
      do this.at = this.text.indexOf('"', this.at + 1); while (this.isEscaped(start));
      expect(this.at > 0, "has a text without an end");
      return this.spoken(this.text.slice(start, ++this.at));
    }
    // Whether the quote found is one of the text's own: an odd number of backslashes before it.
    isEscaped(start) {
      let before = this.at;
      while (before > start && this.text[before - 1] === "\\") before--;
      return this.at > 0 && (this.at - before) % 2 === 1;
    }
    spoken(quoted) {
      let text;
      try {
        text = JSON.parse(quoted);
      } catch {
        throw new FormatError("has a text that is not one of JSON");
      }
      expect(!/\p{Surrogate}/u.test(text), "has half a character");
      return text;
    }
    list(depth) {
      const values = [];
      this.at++;
      if (this.next(depth) !== "]") {
        do values.push(this.value(depth)); while (this.more(depth));
      }
      expect(this.text[this.at++] === "]", "has a list without an end");
      return values;
    }
    object(depth) {
      const found = Object.create(null);
      this.at++;
      if (this.next(depth) !== "}") {
        do this.member(found, depth); while (this.more(depth));
      }
      expect(this.text[this.at++] === "}", "has an object without an end");
      return found;
    }
    member(found, depth) {
      expect(this.next(depth) === '"', "has an object with something else than a key");
      const key = this.string();
      const isAllowed = !(key in found) && /^[\x00-\x7f]*$/.test(key);
      expect(isAllowed, "has an object with a key twice, or with one that is not ASCII");
      expect(this.next(depth) === ":", "has a key without a value");
      this.at++;
      found[key] = this.value(depth);
    }
    more(depth) {
      const goesOn = this.next(depth) === ",";
      if (goesOn) this.at++;
      return goesOn;
    }
  }

  function parse(bytes) {
    let text;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new FormatError("is not UTF-8");
    }
    return new Reader(text).whole();
  }

  function canonical(value) {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const members = Object.keys(value).sort();
    return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }

  const FORMS = new Map(), PATTERNS = new Map(), SPANS = new Map();
  const SHORT = { ID: "/[A-Za-z0-9_-]{1,64}/", PRINT: "/[\\x20-\\x7e]{1,256}/" };
  function spelt(form) {
    const hex = /^HEX(\d+)$/.exec(form);
    return hex ? `/[0-9a-f]{${hex[1]}}/` : SHORT[form] || form;
  }
  for (const row of TABLE.replace(/\n {2}/g, " ").split(/\n|; /)) {
    const [name, parts] = row.split(": ");
    const keys = new Map();
    for (const part of parts.split(", ")) {
      const words = part.split(" "), form = spelt(words.pop());
      for (const key of words) keys.set(key.replace("?", ""), { form, isOptional: key.endsWith("?") });
    }
    FORMS.set(name, keys);
  }

  function span(form) {
    if (!SPANS.has(form)) {
      const ends = /^(\d+)\.\.(\d*)$/.exec(form === "TIME" ? `0..${2 ** 40}` : form);
      SPANS.set(form, ends ? [Number(ends[1]), Number(ends[2] || MAX_INTEGER)] : [1, 0]);
    }
    return SPANS.get(form);
  }
  const within = (number, form) => number >= span(form)[0] && number <= span(form)[1];

  function matches(text, form) {
    if (!form.startsWith("/")) return false;
    if (!PATTERNS.has(form)) PATTERNS.set(form, new RegExp(`^(?:${form.slice(1, -1)})$`));
    return PATTERNS.get(form).test(text);
  }

  function rowOf(form, value) {
    const kind = "signature" in value ? "drand" : value.void ? "void" : "";
    const named = "kind" in value ? value.kind : "role" in value ? value.role : kind;
    return typeof named === "string" ? FORMS.get(`${form} ${named}`.trimEnd()) : undefined;
  }

  function checkObject(form, value, path) {
    const row = rowOf(form, value);
    const keys = Object.keys(value);
    if (row) {
      for (const key of keys) if (row.has(key)) check(row.get(key).form, value[key], `${path}/${key}`);
    }
    const isWhole = row && [...row].every(([key, { isOptional }]) => isOptional || key in value);
    return form === "ANYTHING" || Boolean(isWhole && keys.every((key) => row.has(key)));
  }

  function checkList(form, value, path) {
    const cut = form.lastIndexOf("[");
    const holds = form.endsWith("]") && within(value.length, form.slice(cut + 1, -1));
    if (holds) value.forEach((part, i) => check(form.slice(0, cut), part, `${path}/${i}`));
    return holds;
  }

  function check(form, value, path = "") {
    let holds = value === null && form === "NULL";
    if (Array.isArray(value)) holds = checkList(form, value, path);
    else if (typeof value === "string") holds = matches(value, form);
    else if (typeof value === "number") holds = within(value, form);
    else if (value !== null && typeof value === "object") holds = checkObject(form, value, path);
    expect(holds, `${path} is not ${form}`);
  }

  Object.assign(FTD1, { MAX_INTEGER, FormatError, parse, canonical, check });
})();
