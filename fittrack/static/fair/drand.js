"use strict";
// The signature of a drand round, scheme bls-unchained-g1-rfc9380, checked by the pairing of
// BLS12-381 (FTD1, section 5). Public data only, so that nothing here needs constant time.
(function () {
  const P = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
  const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
  const LOOP = 0xd201000000010000n, COFACTOR = LOOP + 1n;
  const TAG = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
  const mod = (n) => ((n % P) + P) % P;

  function power(base, exponent, times, one) {
    let result = one;
    for (; exponent; exponent >>= 1n, base = times(base, base)) {
      if (exponent & 1n) result = times(result, base);
    }
    return result;
  }
  const powerP = (base, exponent) => power(base, exponent, (a, b) => (a * b) % P, 1n);

  // By Euclid's algorithm; nothing has no inverse, and is given nothing.
  function inverse(n) {
    let [a, b, x, y] = [mod(n), P, 1n, 0n];
    while (a) {
      const times = b / a;
      [a, b, x, y] = [b - times * a, a, y - times * x, x];
    }
    return mod(y);
  }
  function rootP(n) {
    const found = powerP(mod(n), (P + 1n) / 4n);
    return (found * found) % P === mod(n) ? found : null;
  }

  // F1 are the numbers below P; F2 are a + bu with u^2 = -1, as [a, b].
  const F1 = {
    zero: 0n, one: 1n, add: (a, b) => (a + b) % P, sub: (a, b) => mod(a - b),
    mul: (a, b) => (a * b) % P, inv: inverse, is: (a, b) => a === b,
  };
  const F2 = {
    zero: [0n, 0n], one: [1n, 0n],
    add: ([a, b], [c, d]) => [(a + c) % P, (b + d) % P],
    sub: ([a, b], [c, d]) => [mod(a - c), mod(b - d)],
    mul([a, b], [c, d]) {
      const ac = a * c, bd = b * d;
      return [mod(ac - bd), ((a + b) * (c + d) - ac - bd) % P];
    },
    inv([a, b]) {
      const over = inverse(a * a + b * b);
      return [(a * over) % P, mod(-b * over)];
    },
    is: ([a, b], [c, d]) => a === c && b === d,
  };
  const XI = [1n, 1n];

  function rootF2(value) {
    const [a, b] = value, half = inverse(2n), norm = rootP(a * a + b * b);
    if (norm === null) return null;
    const first = rootP((a + norm) * half) ?? rootP((a - norm) * half);
    if (first === null) return null;
    const found = first ? [first, mod(b * inverse(2n * first))] : [0n, rootP(-a) ?? 0n];
    return F2.is(F2.mul(found, found), value) ? found : null;
  }

  // Curves y^2 = x^3 + b over F: points are [x, y], and null is the one at infinity.
  function slope(F, [x1, y1], [x2, y2]) {
    if (!F.is(x1, x2)) return F.mul(F.sub(y2, y1), F.inv(F.sub(x2, x1)));
    const square = F.mul(x1, x1);
    return F.mul(F.add(F.add(square, square), square), F.inv(F.add(y1, y1)));
  }
  function add(F, one, two) {
    if (!one || !two) return one || two;
    if (F.is(one[0], two[0]) && F.is(F.add(one[1], two[1]), F.zero)) return null;
    const by = slope(F, one, two);
    const x = F.sub(F.sub(F.mul(by, by), one[0]), two[0]);
    return [x, F.sub(F.mul(by, F.sub(one[0], x)), one[1])];
  }
  const times = (F, point, number) => power(point, number, (a, b) => add(F, a, b), null);

  // Points as they are written: three flags and the x (48 bytes, or twice that on the twist).
  function flagsOf(whole) {
    return { isPacked: (whole >> 383n) & 1n, isEndless: (whole >> 382n) & 1n, isUpper: (whole >> 381n) & 1n };
  }
  const UPPER = (n) => BigInt(2n * n > P);
  function pointOf1(hex) {
    const whole = BigInt(`0x${hex}`), x = whole & (2n ** 381n - 1n), flags = flagsOf(whole);
    if (!flags.isPacked || flags.isEndless || x >= P) return null;
    const y = rootP(x * x * x + 4n);
    return y === null ? null : [x, UPPER(y) === flags.isUpper ? y : mod(-y)];
  }
  function pointOf2(hex) {
    const whole = BigInt(`0x${hex.slice(0, 96)}`), flags = flagsOf(whole);
    const x = [BigInt(`0x${hex.slice(96)}`), whole & (2n ** 381n - 1n)];
    if (!flags.isPacked || flags.isEndless || x.some((part) => part >= P)) return null;
    const y = rootF2(F2.add(F2.mul(F2.mul(x, x), x), [4n, 4n]));
    if (!y) return null;
    return [x, UPPER(y[1] || y[0]) === flags.isUpper ? y : F2.sub(F2.zero, y)];
  }
  const isInSubgroup = (F, point) => times(F, point, R) === null;

  // Hash to a point (RFC 9380: expand_message_xmd, simplified SWU, an isogeny of degree 11).
  const A = 0x144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1dn;
  const B = 0x12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0n;
  const Z = 11n;
  const X_NUMERATOR = [
    0x11a05f2b1e833340b809101dd99815856b303e88a2d7005ff2627b56cdb4e2c85610c2d5f2e62d6eaeac1662734649b7n,
    0x17294ed3e943ab2f0588bab22147a81c7c17e75b2f6a8417f565e33c70d1e86b4838f2a6f318c356e834eef1b3cb83bbn,
    0xd54005db97678ec1d1048c5d10a9a1bce032473295983e56878e501ec68e25c958c3e3d2a09729fe0179f9dac9edcb0n,
    0x1778e7166fcc6db74e0609d307e55412d7f5e4656a8dbf25f1b33289f1b330835336e25ce3107193c5b388641d9b6861n,
    0xe99726a3199f4436642b4b3e4118e5499db995a1257fb3f086eeb65982fac18985a286f301e77c451154ce9ac8895d9n,
    0x1630c3250d7313ff01d1201bf7a74ab5db3cb17dd952799b9ed3ab9097e68f90a0870d2dcae73d19cd13c1c66f652983n,
    0xd6ed6553fe44d296a3726c38ae652bfb11586264f0f8ce19008e218f9c86b2a8da25128c1052ecaddd7f225a139ed84n,
    0x17b81e7701abdbe2e8743884d1117e53356de5ab275b4db1a682c62ef0f2753339b7c8f8c8f475af9ccb5618e3f0c88en,
    0x80d3cf1f9a78fc47b90b33563be990dc43b756ce79f5574a2c596c928c5d1de4fa295f296b74e956d71986a8497e317n,
    0x169b1f8e1bcfa7c42e0c37515d138f22dd2ecb803a0c5c99676314baf4bb1b7fa3190b2edc0327797f241067be390c9en,
    0x10321da079ce07e272d8ec09d2565b0dfa7dccdde6787f96d50af36003b14866f69b771f8c285decca67df3f1605fb7bn,
    0x6e08c248e260e70bd1e962381edee3d31d79d7e22c837bc23c0bf1bc24c6b68c24b1b80b64d391fa9c8ba2e8ba2d229n,
  ];
  const X_DENOMINATOR = [
    0x8ca8d548cff19ae18b2e62f4bd3fa6f01d5ef4ba35b48ba9c9588617fc8ac62b558d681be343df8993cf9fa40d21b1cn,
    0x12561a5deb559c4348b4711298e536367041e8ca0cf0800c0126c2588c48bf5713daa8846cb026e9e5c8276ec82b3bffn,
    0xb2962fe57a3225e8137e629bff2991f6f89416f5a718cd1fca64e00b11aceacd6a3d0967c94fedcfcc239ba5cb83e19n,
    0x3425581a58ae2fec83aafef7c40eb545b08243f16b1655154cca8abc28d6fd04976d5243eecf5c4130de8938dc62cd8n,
    0x13a8e162022914a80a6f1d5f43e7a07dffdfc759a12062bb8d6b44e833b306da9bd29ba81f35781d539d395b3532a21en,
    0xe7355f8e4e667b955390f7f0506c6e9395735e9ce9cad4d0a43bcef24b8982f7400d24bc4228f11c02df9a29f6304a5n,
    0x772caacf16936190f3e0c63e0596721570f5799af53a1894e2e073062aede9cea73b3538f0de06cec2574496ee84a3an,
    0x14a7ac2a9d64a8b230b3f5b074cf01996e7f63c21bca68a81996e1cdf9822c580fa5b9489d11e2d311f7d99bbdcc5a5en,
    0xa10ecf6ada54f825e920b3dafc7a3cce07f8d1d7161366b74100da67f39883503826692abba43704776ec3a79a1d641n,
    0x95fc13ab9e92ad4476d6e3eb3a56680f682b4ee96f7d03776df533978f31c1593174e4b4b7865002d6384d168ecdd0an,
    0x1n,
  ];
  const Y_NUMERATOR = [
    0x90d97c81ba24ee0259d1f094980dcfa11ad138e48a869522b52af6c956543d3cd0c7aee9b3ba3c2be9845719707bb33n,
    0x134996a104ee5811d51036d776fb46831223e96c254f383d0f906343eb67ad34d6c56711962fa8bfe097e75a2e41c696n,
    0xcc786baa966e66f4a384c86a3b49942552e2d658a31ce2c344be4b91400da7d26d521628b00523b8dfe240c72de1f6n,
    0x1f86376e8981c217898751ad8746757d42aa7b90eeb791c09e4a3ec03251cf9de405aba9ec61deca6355c77b0e5f4cbn,
    0x8cc03fdefe0ff135caf4fe2a21529c4195536fbe3ce50b879833fd221351adc2ee7f8dc099040a841b6daecf2e8fedbn,
    0x16603fca40634b6a2211e11db8f0a6a074a7d0d4afadb7bd76505c3d3ad5544e203f6326c95a807299b23ab13633a5f0n,
    0x4ab0b9bcfac1bbcb2c977d027796b3ce75bb8ca2be184cb5231413c4d634f3747a87ac2460f415ec961f8855fe9d6f2n,
    0x987c8d5333ab86fde9926bd2ca6c674170a05bfe3bdd81ffd038da6c26c842642f64550fedfe935a15e4ca31870fb29n,
    0x9fc4018bd96684be88c9e221e4da1bb8f3abd16679dc26c1e8b6e6a1f20cabe69d65201c78607a360370e577bdba587n,
    0xe1bba7a1186bdb5223abde7ada14a23c42a0ca7915af6fe06985e7ed1e4d43b9b3f7055dd4eba6f2bafaaebca731c30n,
    0x19713e47937cd1be0dfd0b8f1d43fb93cd2fcbcb6caf493fd1183e416389e61031bf3a5cce3fbafce813711ad011c132n,
    0x18b46a908f36f6deb918c143fed2edcc523559b8aaf0c2462e6bfe7f911f643249d9cdf41b44d606ce07c8a4d0074d8en,
    0xb182cac101b9399d155096004f53f447aa7b12a3426b08ec02710e807b4633f06c851c1919211f20d4c04f00b971ef8n,
    0x245a394ad1eca9b72fc00ae7be315dc757b3b080d4c158013e6632d3c40659cc6cf90ad1c232a6442d9d3f5db980133n,
    0x5c129645e44cf1102a159f748c4a3fc5e673d81d7e86568d9ab0f5d396a7ce46ba1049b6579afb7866b1e715475224bn,
    0x15e6be4e990f03ce4ea50b3b42df2eb5cb181d8f84965a3957add4fa95af01b2b665027efec01c7704b456be69c8b604n,
  ];
  const Y_DENOMINATOR = [
    0x16112c4c3a9c98b252181140fad0eae9601a6de578980be6eec3232b5be72e7a07f3688ef60c206d01479253b03663c1n,
    0x1962d75c2381201e1a0cbd6c43c348b885c84ff731c4d59ca4a10356f453e01f78a4260763529e3532f6102c2e49a03dn,
    0x58df3306640da276faaae7d6e8eb15778c4855551ae7f310c35a5dd279cd2eca6757cd636f96f891e2538b53dbf67f2n,
    0x16b7d288798e5395f20d23bf89edb4d1d115c5dbddbcd30e123da489e726af41727364f2c28297ada8d26d98445f5416n,
    0xbe0e079545f43e4b00cc912f8228ddcc6d19c9f0f69bbb0542eda0fc9dec916a20b15dc0fd2ededda39142311a5001dn,
    0x8d9e5297186db2d9fb266eaac783182b70152c65550d881c5ecd87b6f0f5a6449f38db9dfa9cce202c6477faaf9b7acn,
    0x166007c08a99db2fc3ba8734ace9824b5eecfdfa8d0cf8ef5dd365bc400a0051d5fa9c01a58b1fb93d1a1399126a775cn,
    0x16a3ef08be3ea7ea03bcddfabba6ff6ee5a4375efa1f4fd7feb34fd206357132b920f5b00801dee460ee415a15812ed9n,
    0x1866c8ed336c61231a1be54fd1d74cc4f9fb0ce4c6af5920abc5750c4bf39b4852cfe2f7bb9248836b233d9d55535d4an,
    0x167a55cda70a6e1cea820597d94a84903216f763e13d87bb5308592e7ea7d4fbc7385ea3d529b35e346ef48bb8913f55n,
    0x4d2f259eea405bd48f010a01ad2911d9c6dd039bb61a6290e591b36e636a5c871a5c29f4f83060400f8b49cba8f6aa8n,
    0xaccbb67481d033ff5852c1e48c50c477f94ff8aefce42d28c0f9a88cea7913516f968986f7ebbea9684b529e2561092n,
    0xad6b9514c767fe3c3613144b45f1496543346d98adf02267d5ceef9a00d9b8693000763e3b90ac11e99b138573345ccn,
    0x2660400eb2e4f3b628bdd0d53cd76f2bf565b94e72927c1cb748df27942480e420517bd8714cc80d1fadc1326ed06f7n,
    0xe0fa1d816ddc03e6b24255e0d7819c171c40f65e273b853324efcd6356caa205ca2f570f13497804415473a1d634b8fn,
    0x1n,
  ];

  function expanded(message) {
    const { sha256, joined, ascii } = FTD1;
    const tag = joined(ascii(TAG), [TAG.length]);
    const first = sha256(joined(new Uint8Array(64), message, [0, 128, 0], tag));
    const blocks = [sha256(joined(first, [1], tag))];
    for (let i = 2; i <= 4; i++) {
      const mixed = first.map((byte, at) => byte ^ blocks[i - 2][at]);
      blocks.push(sha256(joined(mixed, [i], tag)));
    }
    return joined(...blocks);
  }
  function mapped(u) {
    const zu2 = (Z * u * u) % P, sum = mod(zu2 * zu2 + zu2);
    const curve = (x) => mod(x * x * x + A * x + B);
    const x1 = sum ? mod(-B * inverse(A) * (1n + inverse(sum))) : mod(B * inverse(Z * A));
    const y1 = rootP(curve(x1)), x = y1 === null ? mod(zu2 * x1) : x1;
    const y = y1 ?? rootP(curve(x));
    return isogeny(x, (y & 1n) === (u & 1n) ? y : mod(-y));
  }
  function isogeny(x, y) {
    const at = (row) => row.reduceRight((sum, one) => (sum * x + one) % P, 0n);
    const [xn, xd, yn, yd] = [X_NUMERATOR, X_DENOMINATOR, Y_NUMERATOR, Y_DENOMINATOR].map(at);
    return xd && yd ? [mod(xn * inverse(xd)), mod(y * yn * inverse(yd))] : null;
  }
  function hashed(message) {
    const bytes = FTD1.toHex(expanded(message));
    const [one, two] = [bytes.slice(0, 128), bytes.slice(128)].map((hex) => mapped(mod(BigInt(`0x${hex}`))));
    return times(F1, add(F1, one, two), COFACTOR);
  }

  // F12 are six of F2: the sum of c[i] w^i with w^6 = 1 + u.
  const ONE = [F2.one, F2.zero, F2.zero, F2.zero, F2.zero, F2.zero];
  function mul12(one, two) {
    const sums = Array(12).fill(F2.zero);
    one.forEach((a, i) => two.forEach((b, j) => {
      if (b !== F2.zero) sums[i + j] = F2.add(sums[i + j], F2.mul(a, b));
    }));
    return ONE.map((_, i) => F2.add(sums[i], F2.mul(sums[i + 6], XI)));
  }
  // To the power of P^6, and of P^2: only the powers of w change.
  const conjugate = (f) => f.map((c, i) => (i % 2 ? F2.sub(F2.zero, c) : c));
  const TURN = power(XI, (P * P - 1n) / 6n, F2.mul, F2.one);
  function squaredP(f) {
    let turn = F2.one;
    return f.map((c, i) => {
      if (i) turn = F2.mul(turn, TURN);
      return F2.mul(c, turn);
    });
  }
  // The tangent or chord of the twist at two points, at a point of G1, times w^3.
  function line(by, [x, y], [px, py]) {
    const scaled = F2.mul(by, [mod(-px), 0n]);
    return [F2.sub(F2.mul(by, x), y), F2.zero, scaled, [py, 0n], F2.zero, F2.zero];
  }
  function miller(point, twisted) {
    let f = ONE, at = twisted;
    for (const bit of LOOP.toString(2).slice(1)) {
      f = mul12(mul12(f, f), line(slope(F2, at, at), at, point));
      at = add(F2, at, at);
      if (bit === "1") {
        f = mul12(f, line(slope(F2, at, twisted), at, point));
        at = add(F2, at, twisted);
      }
    }
    return f;
  }
  // Whether f is 1 to the power of (P^12 - 1) / R: f^(P^6 - 1) is 1 wherever f and its conjugate
  // agree, so that no inverse is needed to compare the two sides of the rest.
  function isOneAtLast(f) {
    const hard = (g) => power(mul12(squaredP(g), g), (P ** 4n - P ** 2n + 1n) / R, mul12, ONE);
    const [one, two] = [hard(conjugate(f)), hard(f)];
    return one.every((c, i) => F2.is(c, two[i]));
  }

  const BASE2 = [
    [
      0x24aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8n,
      0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7en,
    ],
    [
      0xce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801n,
      0x606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79ben,
    ],
  ];

  // Whether a chain signed a round: e(signature, g2) = e(hash, key); both points in hex. It takes a
  // while, so that answers are kept.
  const kept = new Map();
  FTD1.drandHolds = function (publicKey, round, signature) {
    const name = `${publicKey} ${round} ${signature}`;
    if (!kept.has(name)) kept.set(name, holds(publicKey, round, signature));
    return kept.get(name);
  };
  function holds(publicKey, round, signature) {
    const key = pointOf2(publicKey), point = pointOf1(signature);
    if (!key || !point || !isInSubgroup(F2, key) || !isInSubgroup(F1, point)) return false;
    const [x, y] = hashed(FTD1.sha256(FTD1.unsigned(round, 8)));
    return isOneAtLast(mul12(miller(point, BASE2), miller([x, mod(-y)], key)));
  }
})();
