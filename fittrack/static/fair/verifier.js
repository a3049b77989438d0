"use strict";
// The checks of FTD1 (docs/drawing-protocol.md, section 8): the same, by the same names and with
// the same verdicts, as `flask verify-drawing`. No hash that a bundle tells is believed.
(function () {
  const { sha256, hmac, ascii, toHex, fromHex, joined, unsigned, canonical, parse, check } = FTD1;
  const { FormatError, MAX_INTEGER } = FTD1;
  const MAX_PICKS = 10000, MIN_BEACON_DELAY_S = 60;
  const CHECKS = ["terms", "terms-signature", "close-binding", "close-signature", "entries-order",
    "entries-root", "close-time", "reveals", "commitments", "beacon", "seed", "result-binding",
    "picks", "result-time", "result-signature", "log", "receipt"];
  const SIGNED_KINDS = ["terms", "close", "result"];
  const OF_REVEALS = ["commitments", "beacon", "seed", "picks"];
  const SKIPPED = { beacon: "no drand source", log: "no log is given", receipt: "no receipt is given" };
  const LEVELS = {
    beacon: "drand's threshold, and that the operator's clock and log put the close before the round",
    public: "that you look the value up yourself",
    witnessed: "that one of them did not collude with the operator",
    "operator-only": "the operator: knowing its value, it could have tried ticket lists until one" +
      " suited it. Not for a drawing with a prize of worth",
  };

  // Formulas: sections 1 to 7. Hashes are bytes, times Unix seconds.
  const tagged = (tag, data) => sha256(joined(ascii(`FTD1:${tag}\0`), data));
  const objectHash = (tag, body) => tagged(tag, ascii(canonical(body)));
  const hashHex = (tag, body) => toHex(objectHash(tag, body));
  const leafHash = (entry) => sha256(ascii(`\0${canonical(entry)}`));
  const nodeHash = (left, right) => sha256(joined([1], left, right));
  const nextHead = (head, record) => tagged("log", joined(head, ascii(canonical(record))));
  const commitment = (drawingId, sourceId, value) =>
    tagged("commit", joined(ascii(`${drawingId}\0${sourceId}\0`), value));
  const sumOf = (rows, key) => rows.reduce((sum, row) => sum + row[key], 0);
  const prizeCount = (terms) => sumOf(terms.prizes, "quantity");
  const drandSources = (terms) => terms.sources.filter((source) => source.kind === "drand");
  const isRising = (rows, holds) => rows.every((row, i) => i === 0 || holds(rows[i - 1], row));

  function emittedAt(drand) {
    return BigInt(drand.genesis_time) + BigInt(drand.round - 1) * BigInt(drand.period);
  }
  function firstRoundAt(drawsAt, genesisTime, period) {
    return Math.max(1, 1 + Math.ceil((drawsAt - genesisTime) / period));
  }
  function logHeads(records) {
    const heads = [new Uint8Array(32)];
    for (const record of records) heads.push(nextHead(heads[heads.length - 1], record));
    return heads;
  }
  function merkleRoot(leaves) {
    let level = leaves.length ? leaves : [sha256(ascii(""))];
    while (level.length > 1) {
      const above = [];
      for (let i = 0; i + 1 < level.length; i += 2) above.push(nodeHash(level[i], level[i + 1]));
      if (level.length % 2) above.push(level[level.length - 1]);
      level = above;
    }
    return level[0];
  }
  function signatureHolds(key, kind, body, signature) {
    const message = joined(ascii(`FTD1:sig:${kind}\0`), objectHash(kind, body));
    return FTD1.ed25519Holds(key, message, signature);
  }
  function contribution(source, reveal) {
    const said = {
      commit: () => fromHex(reveal.value),
      drand: () => joined(unsigned(reveal.round, 8), sha256(fromHex(reveal.signature))),
      public: () => ascii(reveal.value),
    };
    return tagged("source", joined(ascii(`${source.id}\0${source.kind}\0`), said[source.kind]()));
  }
  function drawSeed(terms, close, reveals) {
    const said = reveals.map((reveal, i) => contribution(terms.sources[i], reveal));
    const fixed = [objectHash("terms", terms), objectHash("close", close)];
    return tagged("seed", joined(...fixed, unsigned(reveals.length, 4), ...said));
  }

  // The draw: section 6.
  function bitLength(number) {
    const high = Math.floor(number / 2 ** 32);
    return high ? 64 - Math.clz32(high) : 32 - Math.clz32(number);
  }
  function uniform(seed, draw, total) {
    const bits = bitLength(total - 1);
    let blocks = 0, number = total > 1 ? total : 0;
    while (number >= total) {
      const message = joined(ascii("FTD1:draw\0"), unsigned(draw, 4), unsigned(blocks, 4));
      const view = new DataView(hmac(seed, message).buffer), high = view.getUint32(0);
      const low = view.getUint32(4);
      number = bits > 32 ? high * 2 ** (bits - 32) + Math.floor(low / 2 ** (64 - bits))
        : Math.floor(high / 2 ** (32 - bits));
      blocks++;
    }
    return { number, blocks };
  }
  const byId = (one, two) => (one.entry_id < two.entry_id ? -1 : Number(one.entry_id > two.entry_id));

  // A tree in a list: node n has the units of nodes 2n and 2n + 1, node size + i those of entry i.
  function unitTree(entries) {
    let size = 1;
    while (size <= entries.length) size *= 2;
    const units = new Float64Array(2 * size);
    entries.forEach((entry, i) => { units[size + i] = entry.units; });
    for (let node = size - 1; node > 0; node--) units[node] = units[2 * node] + units[2 * node + 1];
    return { size, units };
  }
  function select(seed, entries, count, distinct) {
    const remaining = entries.filter((entry) => entry.units).sort(byId);
    const { size, units } = unitTree(remaining), steps = [], alike = new Map();
    const keyOf = (entry) => (distinct === "holder" ? entry.holder : entry.entry_id);
    remaining.forEach((entry, i) => {
      const key = keyOf(entry);
      if (!alike.has(key)) alike.set(key, []);
      alike.get(key).push(size + i);
    });
    while (units[1] && steps.length < count) {
      const total = units[1], { number, blocks } = uniform(seed, steps.length, total);
      const { leaf, offset } = fallen(units, size, number), entry = remaining[leaf - size];
      steps.push({ entry, offset, total, number, blocks });
      for (const one of alike.get(keyOf(entry))) removeLeaf(units, one);
    }
    return steps;
  }
  function fallen(units, size, number) {
    let leaf = 1, offset = number;
    while (leaf < size) {
      leaf *= 2;
      if (offset >= units[leaf]) offset -= units[leaf++];
    }
    return { leaf, offset };
  }
  function removeLeaf(units, leaf) {
    const gone = units[leaf];
    for (let node = leaf; node > 0; node = Math.floor(node / 2)) units[node] -= gone;
  }
  function drawPicks(terms, seed, entries) {
    const prizeIds = terms.prizes.flatMap((one) => Array(one.quantity).fill(one.prize_id));
    const steps = select(seed, entries, prizeCount(terms) + terms.alternates, terms.distinct);
    return steps.map(({ entry }, position) => ({
      position, entry_id: entry.entry_id, holder: entry.holder,
      role: position < prizeIds.length ? "winner" : "alternate", prize_id: prizeIds[position] ?? null,
    }));
  }

  // Checks: section 8. A claim is a check's name, whether it holds (null: it does not apply or
  // cannot be said), and why not.
  function signed(name, terms, kind, body, signature) {
    const holds = signatureHolds(terms.operator_key, kind, body, signature);
    return [name, holds, `the ${kind} has not the operator's signature`];
  }
  function* claimsOf(bundle) {
    const { terms, close, result, entries } = bundle;
    yield* termsClaims(terms);
    for (const kind of SIGNED_KINDS) {
      yield signed(`${kind}-signature`, terms, kind, bundle[kind], bundle[`${kind}_sig`]);
    }
    for (const [kind, other] of [["close", "terms"], ["result", "terms"], ["result", "close"]]) {
      const holds = bundle[kind][`${other}_hash`] === hashHex(other, bundle[other]);
      const isOwn = bundle[kind].drawing_id === terms.drawing_id;
      yield [`${kind}-binding`, isOwn, "names another drawing"];
      yield [`${kind}-binding`, holds, `names other ${other}`];
    }
    const inOrder = isRising(entries, (one, two) => one.entry_id < two.entry_id);
    yield ["entries-order", inOrder, "an entry id is out of order"];
    const made = {
      entry_count: entries.length, total_units: sumOf(entries, "units"),
      entries_root: toHex(merkleRoot(entries.map(leafHash))),
    };
    for (const [key, value] of Object.entries(made)) {
      yield ["entries-root", close[key] === value, `the listed entries have ${key} ${value}`];
    }
    yield* closeTimeClaims(terms, close.closed_at);
    yield* drawClaims(bundle);
    yield ["result-time", result.drawn_at >= terms.draws_at, "drawn before it was to be"];
    if (bundle.log) yield* logClaims(bundle, bundle.log);
    yield* receiptClaims(bundle);
  }

  function* termsClaims(terms) {
    const { sources, prizes, draws_at: drawsAt } = terms, first = sources[0];
    const inOrder = terms.opens_at < terms.closes_at && terms.closes_at <= drawsAt;
    yield ["terms", inOrder, "times are out of order"];
    const isOperator = first.id === "operator" && first.kind === "commit";
    yield ["terms", isOperator, "the first source is not the operator's secret value"];
    const ids = new Set(sources.map((one) => one.id));
    const prizeIds = new Set(prizes.map((one) => one.prize_id));
    yield ["terms", ids.size === sources.length, "a source id stands twice"];
    yield ["terms", prizeIds.size === prizes.length, "a prize id stands twice"];
    const picks = prizeCount(terms) + terms.alternates;
    yield ["terms", picks <= MAX_PICKS, `${picks} picks are more than ${MAX_PICKS}`];
    for (const one of drandSources(terms)) {
      const earliest = Math.max(one.genesis_time, terms.closes_at + MIN_BEACON_DELAY_S);
      const due = firstRoundAt(drawsAt, one.genesis_time, one.period);
      yield ["terms", drawsAt >= earliest, "draws before genesis or within 60 s of closing"];
      yield ["terms", one.round === due, `the first round after draws_at is ${due}`];
    }
  }
  function* closeTimeClaims(terms, closedAt) {
    yield ["close-time", closedAt >= terms.closes_at, "closed before sales were to end"];
    for (const one of drandSources(terms)) {
      const holds = BigInt(closedAt) < emittedAt(one);
      yield ["close-time", holds, "closed when the beacon's round was out"];
    }
  }
  function* revealClaims(drawingId, source, reveal) {
    const { id: name, kind } = source;
    const isSecret = /^[0-9a-f]{64}$/.test(reveal.value ?? "");
    const isShaped = "signature" in reveal === (kind === "drand") && (isSecret || kind !== "commit");
    const holds = isShaped && name === reveal.id;
    yield ["reveals", holds, `${name} is not revealed in place and form`];
    if (kind === "commit" && isShaped) {
      const made = toHex(commitment(drawingId, name, fromHex(reveal.value)));
      yield ["commitments", made === source.commitment, `${name} committed to another value`];
    }
    if (kind === "drand" && isShaped) {
      yield ["beacon", source.round === reveal.round, `${name} reveals another round`];
      yield pairingClaim(source, reveal);
    }
  }
  function pairingClaim(source, reveal) {
    if (!FTD1.drandHolds) return ["beacon", null, "the round agrees; the pairing is not installed"];
    const holds = FTD1.drandHolds(source.public_key, source.round, reveal.signature);
    return ["beacon", holds, `${source.id} has a false signature`];
  }
  function* drawClaims(bundle) {
    const { terms, result, reveals, entries } = bundle, isWhole = reveals.length === terms.sources.length;
    const claims = [["reveals", isWhole, "there is not one reveal for each source"]];
    terms.sources.slice(0, reveals.length).forEach((source, i) => {
      claims.push(...revealClaims(terms.drawing_id, source, reveals[i]));
    });
    const ofReveals = claims.filter(([name]) => name === "reveals");
    if (!ofReveals.every(([, holds]) => holds)) {
      yield* ofReveals;
      for (const name of OF_REVEALS) yield [name, null, "the reveals do not hold"];
      return;
    }
    yield* claims;
    const seed = drawSeed(terms, bundle.close, reveals);
    const drawable = sumOf(entries, "units") <= MAX_INTEGER ? entries : [];
    const picks = drawPicks(terms, seed, drawable);
    const unfilled = Math.max(0, prizeCount(terms) - picks.length);
    yield ["seed", result.seed === toHex(seed), `the seed is ${toHex(seed)}`];
    yield ["picks", canonical(result.picks) === canonical(picks), "the seed gives other picks"];
    yield ["picks", result.unfilled === unfilled, `${unfilled} prizes are unfilled`];
  }

  function* logClaims(bundle, log) {
    const { terms } = bundle, { records, checkpoint } = log, heads = logHeads(records);
    const inSequence = records.every((one, i) => one.seq === i);
    yield ["log", inSequence, "a seq is missing or out of place"];
    yield ["log", isRising(records, (one, two) => one.at <= two.at), "time goes back"];
    const stands = checkpoint.log_size === records.length &&
      checkpoint.log_head === toHex(heads[records.length]);
    yield ["log", stands, "the checkpoint is of another size or head"];
    yield signed("log", terms, "checkpoint", checkpoint, log.checkpoint_sig);
    const types = new Set([...SIGNED_KINDS, "reveal", "abort"]);
    const story = records.filter((one) => one.drawing_id === terms.drawing_id && types.has(one.type));
    const isTold = tells(story, bundle);
    const missing = "it does not tell of these terms, close, reveals and result, each once";
    yield ["log", isTold, missing];
    if (isTold) yield* orderClaims(bundle, story);
  }
  function tells(story, bundle) {
    const told = story.map((one) => `${one.type} ${one.body_hash}`);
    const [terms, close, result] = SIGNED_KINDS.map((kind) => `${kind} ${hashHex(kind, bundle[kind])}`);
    const reveals = bundle.reveals.map((one) => `reveal ${hashHex("reveal", one)}`).sort();
    const found = [...told.slice(0, 2), ...told.slice(2, -1).sort(), ...told.slice(-1)];
    return canonical(found) === canonical([terms, close, ...reveals, result]);
  }
  // First the operator reveals, then the other secrets, then what the public learns.
  function ranksOf({ terms, reveals }) {
    const ranks = new Map(terms.sources.map((one) => [one.id, one.kind === "commit" ? 1 : 2]));
    ranks.set(terms.sources[0].id, 0);
    return new Map(reveals.map((one) => [hashHex("reveal", one), ranks.get(one.id) ?? 2]));
  }
  function* orderClaims(bundle, story) {
    const { terms, close } = bundle, ranks = ranksOf(bundle);
    yield ["log", story[0].at <= terms.opens_at, "the terms came after sales began"];
    yield ["log", story[1].at >= close.closed_at, "the close stands before it was made"];
    const order = story.slice(2, -1).map((one) => ranks.get(one.body_hash));
    yield ["log", isRising(order, (one, two) => one <= two), "the reveals are out of order"];
    const last = story[1 + order.filter((rank) => rank < 2).length];  // of the close and the secrets
    const inTime = drandSources(terms).every((one) => BigInt(last.at) < emittedAt(one));
    yield ["log", inTime, "the close or a secret came when the beacon's round was out"];
  }

  function* receiptClaims(bundle) {
    const { terms, receipts = [] } = bundle;
    const heads = bundle.log && receipts.length ? logHeads(bundle.log.records).map(toHex) : [];
    const listed = new Map(bundle.entries.map((entry) => [entry.entry_id, entry]));
    for (const { receipt, sig } of receipts) {
      const { entry_id: name, holder, units } = receipt, entry = listed.get(name);
      yield signed("receipt", terms, "receipt", receipt, sig);
      const isOwn = receipt.drawing_id === terms.drawing_id && receipt.issued_at < terms.closes_at;
      yield ["receipt", isOwn, `${name}'s receipt is of another drawing, or came after sales ended`];
      const isKept = entry && entry.holder === holder && [units, 0].includes(entry.units);
      yield ["receipt", Boolean(isKept), `${name} is not in the list as its receipt says`];
      const isPinned = !heads.length || heads[receipt.log_size] === receipt.log_head;
      yield ["receipt", isPinned, `the log's past is not what the receipt of ${name} pins`];
    }
  }

  // Report: section 9.
  function verify(bytes, { key = null, require = [] } = {}) {
    let bundle;
    try {
      bundle = parse(bytes);
      check("BUNDLE", bundle);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return unreadable(`the bundle ${error.message.trim()}`);
    }
    const claims = [...claimsOf(bundle)], named = new Set(claims.map(([name]) => name));
    for (const name of Object.keys(SKIPPED)) if (!named.has(name)) claims.push([name, null, SKIPPED[name]]);
    const { checks, reasons } = judged(claims);
    const unmet = require.filter((name) => checks[name] !== "pass").map((name) => `'${name}' did not pass`);
    let holding = !Object.values(checks).includes("fail");
    if (key !== null && key !== bundle.terms.operator_key) {
      holding = false;
      unmet.push("the operator's key is another");
    }
    const assurance = holding ? reached(bundle.terms, checks) : null;
    return { checks, reasons, assurance, unmet, exit: holding && !unmet.length ? 0 : 1, terms: bundle.terms };
  }
  function judged(claims) {
    const checks = Object.fromEntries(["format", ...CHECKS].map((name) => [name, "pass"])), reasons = {};
    for (const [name, holds, reason] of claims) {
      if (holds || checks[name] === "fail") continue;
      checks[name] = holds === null ? "skip" : "fail";
      reasons[name] = reason;
    }
    return { checks, reasons };
  }
  function reached(terms, checks) {
    const kinds = terms.sources.map((source) => source.kind);
    if (checks.beacon === "pass") return "beacon";
    if (kinds.includes("public")) return "public";
    return kinds.filter((kind) => kind === "commit").length > 1 ? "witnessed" : "operator-only";
  }
  function unreadable(reason) {
    const skipped = Object.fromEntries(CHECKS.map((name) => [name, "skip"]));
    return { checks: { format: "fail", ...skipped }, reasons: { format: reason }, assurance: null,
      unmet: [], exit: 2, terms: null };
  }

  Object.assign(FTD1, { verify, LEVELS, CHECKS, commitment, merkleRoot, leafHash, uniform, select });
  Object.assign(FTD1, { firstRoundAt, emittedAt, logHeads });
})();
