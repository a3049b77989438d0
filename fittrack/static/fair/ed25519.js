"use strict";
// Ed25519 signatures checked as OpenSSL checks them (RFC 8032, 5.1.7, without the cofactor), by
// whole numbers, for no browser's own Ed25519 is there on every page and in every version.
(function () {
  const P = 2n ** 255n - 19n;
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (n) => ((n % P) + P) % P;

  function power(base, exponent) {
    let result = 1n;
    for (base = mod(base); exponent; exponent >>= 1n, base = (base * base) % P) {
      if (exponent & 1n) result = (result * base) % P;
    }
    return result;
  }

  const D = mod(-121665n * power(121666n, P - 2n));
  const ROOT_OF_MINUS_1 = power(2n, (P - 1n) / 4n);
  const ZERO = [0n, 1n, 1n, 0n];

  // Points are X, Y, Z and T = XY/Z (RFC 8032, 5.1.4).
  function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
    const a = ((y1 - x1) * (y2 - x2)) % P, b = ((y1 + x1) * (y2 + x2)) % P;
    const c = (2n * t1 * t2 * D) % P, d = (2n * z1 * z2) % P;
    const e = b - a, f = d - c, g = d + c, h = b + a;
    return [(e * f) % P, (g * h) % P, (f * g) % P, (e * h) % P];
  }

  function times(point, number) {
    let result = ZERO;
    for (; number; number >>= 1n, point = add(point, point)) {
      if (number & 1n) result = add(result, point);
    }
    return result;
  }

  const little = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

  function decoded(bytes) {
    const whole = little(bytes), sign = whole >> 255n;
    const y = mod(whole & (2n ** 255n - 1n));
    const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
    let x = power(square, (P + 3n) / 8n);
    if ((x * x) % P !== square) x = (x * ROOT_OF_MINUS_1) % P;
    if ((x * x) % P !== square) return null;
    if ((x & 1n) !== sign) x = mod(-x);
    return [x, y, 1n, (x * y) % P];
  }

  function encoded([x, y, z]) {
    const over = power(z, P - 2n);
    const whole = mod(y * over) | ((mod(x * over) & 1n) << 255n);
    return FTD1.unsigned(whole, 32).reverse();
  }

  const BASE = decoded(FTD1.fromHex("58" + "66".repeat(31)));

  // Key of 32 bytes and signature of 64, both in hex.
  FTD1.ed25519Holds = function (key, message, signature) {
    const bytes = FTD1.fromHex(signature), ours = FTD1.fromHex(key);
    const r = bytes.slice(0, 32), s = little(bytes.slice(32)), point = decoded(ours);
    if (s >= L || !point) return false;
    const h = little(FTD1.sha512(FTD1.joined(r, ours, message))) % L;
    const [x, y, z, t] = times(point, h);
    const found = encoded(add(times(BASE, s), [mod(-x), y, z, mod(-t)]));
    return FTD1.toHex(found) === FTD1.toHex(r);
  };
})();
