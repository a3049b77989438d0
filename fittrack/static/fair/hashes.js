"use strict";
// SHA-256, HMAC-SHA-256 and SHA-512 (FIPS 180-4, RFC 2104), for crypto.subtle is not there on
// file:// in every browser, and is far slower for many small texts.
var FTD1 = globalThis.FTD1 || (globalThis.FTD1 = {});

(function () {
  const K256 = new Uint32Array(64);
  const K512 = [];
  const START256 = new Uint32Array(8);
  const START512 = [];

  // The constants are the first bits of the fractions of the roots of primes: 64 bits, of which
  // SHA-256 takes the upper 32.
  function makeConstants() {
    const primes = [];
    for (let n = 2; primes.length < 80; n++) if (primes.every((p) => n % p)) primes.push(n);
    primes.forEach((p, i) => {
      const cube = root(BigInt(p) << 192n, 3n) & 0xffffffffffffffffn;
      K512.push(cube);
      if (i < 64) K256[i] = Number(cube >> 32n);
      if (i < 8) {
        const square = root(BigInt(p) << 128n, 2n) & 0xffffffffffffffffn;
        START512.push(square);
        START256[i] = Number(square >> 32n);
      }
    });
  }

  // The whole part of a root, by bisection.
  function root(n, degree) {
    let low = 0n, high = 1n << 80n;
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** degree <= n) low = middle;
      else high = middle;
    }
    return low;
  }

  makeConstants();
  const w = new Uint32Array(64);

  // Takes in one block of 64 bytes.
  function mix256(state, view, at) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  function sha256(bytes) {
    const blocks = ((bytes.length + 8) >> 6) + 1;
    const padded = new Uint8Array(blocks * 64);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
    view.setUint32(padded.length - 4, bytes.length << 3);
    const state = START256.slice();
    for (let at = 0; at < padded.length; at += 64) mix256(state, view, at);
    const out = new Uint8Array(32), outView = new DataView(out.buffer);
    state.forEach((word, i) => outView.setUint32(4 * i, word));
    return out;
  }

  // Keys here are seeds of 32 bytes, shorter than a block.
  function hmac(key, message) {
    const inner = new Uint8Array(64 + message.length), outer = new Uint8Array(96);
    for (let i = 0; i < 64; i++) {
      inner[i] = (key[i] || 0) ^ 0x36;
      outer[i] = (key[i] || 0) ^ 0x5c;
    }
    inner.set(message, 64);
    outer.set(sha256(inner), 64);
    return sha256(outer);
  }

  const low64 = (n) => BigInt.asUintN(64, n);
  const turn = (n, by) => (n >> by) | low64(n << (64n - by));

  function mix512(state, view, at) {
    const v = [];
    for (let i = 0; i < 16; i++) v.push(view.getBigUint64(at + 8 * i));
    for (let i = 16; i < 80; i++) {
      const x = v[i - 15], y = v[i - 2];
      const s0 = turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n);
      const s1 = turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n);
      v.push(low64(v[i - 16] + s0 + v[i - 7] + s1));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i++) {
      const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
      const t1 = h + s1 + ((e & f) ^ (low64(~e) & g)) + K512[i] + v[i];
      const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g; g = f; f = e; e = low64(d + t1); d = c; c = b; b = a; a = low64(t1 + t2);
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] = low64(state[i] + word); });
  }

  function sha512(bytes) {
    const blocks = ((bytes.length + 16) >> 7) + 1;
    const padded = new Uint8Array(blocks * 128);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setBigUint64(padded.length - 8, BigInt(bytes.length) << 3n);
    const state = START512.slice();
    for (let at = 0; at < padded.length; at += 128) mix512(state, view, at);
    const out = new Uint8Array(64), outView = new DataView(out.buffer);
    state.forEach((word, i) => outView.setBigUint64(8 * i, word));
    return out;
  }

  const encoder = new TextEncoder();
  const DIGITS = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

  const ascii = (text) => encoder.encode(text);
  const toHex = (bytes) => Array.from(bytes, (byte) => DIGITS[byte]).join("");

  function fromHex(text) {
    const bytes = new Uint8Array(text.length / 2);
    for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.substr(2 * i, 2), 16);
    return bytes;
  }

  function joined(...parts) {
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  // An unsigned number of 4 or 8 bytes, big-endian.
  function unsigned(number, size) {
    const bytes = new Uint8Array(size);
    for (let i = size - 1, left = BigInt(number); i >= 0; i--, left >>= 8n) {
      bytes[i] = Number(left & 255n);
    }
    return bytes;
  }

  Object.assign(FTD1, { sha256, hmac, sha512, ascii, toHex, fromHex, joined, unsigned });
})();
