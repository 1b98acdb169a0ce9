import { writeRoot } from "./roots-of-unity.js";

/**
 * One pass of a Stockham transform of radix r: for p < m and q < s, with a_j = x[q + s (p + m j)],
 * y[q + s (r p + k)] = w^(p k) sum_j a_j exp(-2 pi i j k / r). `twRe`/`twIm` hold w^(p k) for k = 1..r-1, p slowest.
 * The loops below write that sum out, radix by radix: it is where the time of a spectrum goes.
 */
export type Butterfly = (
  xr: Float64Array,
  xi: Float64Array,
  yr: Float64Array,
  yi: Float64Array,
  m: number,
  s: number,
  twRe: Float64Array,
  twIm: Float64Array,
) => void;

/** Radix 2. */
export const butterfly2: Butterfly = (xr, xi, yr, yi, m, s, twRe, twIm) => {
  const half = s * m;
  for (let p = 0; p < m; p++) {
    const wr = twRe[p]!;
    const wi = twIm[p]!;
    const end = s * (p + 1);
    for (let a = s * p, y = 2 * s * p; a < end; a++, y++) {
      const br = xr[a]! - xr[a + half]!;
      const bi = xi[a]! - xi[a + half]!;
      yr[y] = xr[a]! + xr[a + half]!;
      yi[y] = xi[a]! + xi[a + half]!;
      yr[y + s] = br * wr - bi * wi;
      yi[y + s] = br * wi + bi * wr;
    }
  }
};

const SIN_60 = Math.sqrt(3) / 2;

/** Radix 3. */
export const butterfly3: Butterfly = (xr, xi, yr, yi, m, s, twRe, twIm) => {
  const step = s * m;
  for (let p = 0; p < m; p++) {
    const w1r = twRe[2 * p]!;
    const w1i = twIm[2 * p]!;
    const w2r = twRe[2 * p + 1]!;
    const w2i = twIm[2 * p + 1]!;
    const end = s * (p + 1);
    for (let a = s * p, y = 3 * s * p; a < end; a++, y++) {
      const ar = xr[a]!;
      const ai = xi[a]!;
      const br = xr[a + step]!;
      const bi = xi[a + step]!;
      const cr = xr[a + 2 * step]!;
      const ci = xi[a + 2 * step]!;
      const tr = br + cr;
      const ti = bi + ci;
      const er = ar - 0.5 * tr;
      const ei = ai - 0.5 * ti;
      const dr = SIN_60 * (br - cr);
      const di = SIN_60 * (bi - ci);
      yr[y] = ar + tr;
      yi[y] = ai + ti;
      const ur = er + di;
      const ui = ei - dr;
      yr[y + s] = ur * w1r - ui * w1i;
      yi[y + s] = ur * w1i + ui * w1r;
      const vr = er - di;
      const vi = ei + dr;
      yr[y + 2 * s] = vr * w2r - vi * w2i;
      yi[y + 2 * s] = vr * w2i + vi * w2r;
    }
  }
};

/** Radix 4. */
export const butterfly4: Butterfly = (xr, xi, yr, yi, m, s, twRe, twIm) => {
  const step = s * m;
  for (let p = 0; p < m; p++) {
    const w1r = twRe[3 * p]!;
    const w1i = twIm[3 * p]!;
    const w2r = twRe[3 * p + 1]!;
    const w2i = twIm[3 * p + 1]!;
    const w3r = twRe[3 * p + 2]!;
    const w3i = twIm[3 * p + 2]!;
    const end = s * (p + 1);
    for (let a = s * p, y = 4 * s * p; a < end; a++, y++) {
      const b = a + step;
      const c = b + step;
      const d = c + step;
      const sacr = xr[a]! + xr[c]!;
      const saci = xi[a]! + xi[c]!;
      const dacr = xr[a]! - xr[c]!;
      const daci = xi[a]! - xi[c]!;
      const sbdr = xr[b]! + xr[d]!;
      const sbdi = xi[b]! + xi[d]!;
      const dbdr = xr[b]! - xr[d]!;
      const dbdi = xi[b]! - xi[d]!;
      yr[y] = sacr + sbdr;
      yi[y] = saci + sbdi;
      const t1r = dacr + dbdi;
      const t1i = daci - dbdr;
      yr[y + s] = t1r * w1r - t1i * w1i;
      yi[y + s] = t1r * w1i + t1i * w1r;
      const t2r = sacr - sbdr;
      const t2i = saci - sbdi;
      yr[y + 2 * s] = t2r * w2r - t2i * w2i;
      yi[y + 2 * s] = t2r * w2i + t2i * w2r;
      const t3r = dacr - dbdi;
      const t3i = daci + dbdr;
      yr[y + 3 * s] = t3r * w3r - t3i * w3i;
      yi[y + 3 * s] = t3r * w3i + t3i * w3r;
    }
  }
};

const COS_72 = (Math.sqrt(5) - 1) / 4;
const COS_144 = (-Math.sqrt(5) - 1) / 4;
const SIN_72 = Math.sqrt(10 + 2 * Math.sqrt(5)) / 4;
const SIN_144 = Math.sqrt(10 - 2 * Math.sqrt(5)) / 4;

/** Radix 5. */
export const butterfly5: Butterfly = (xr, xi, yr, yi, m, s, twRe, twIm) => {
  const step = s * m;
  for (let p = 0; p < m; p++) {
    const w = 4 * p;
    const end = s * (p + 1);
    for (let a = s * p, y = 5 * s * p; a < end; a++, y++) {
      const ar = xr[a]!;
      const ai = xi[a]!;
      const s1r = xr[a + step]! + xr[a + 4 * step]!;
      const s1i = xi[a + step]! + xi[a + 4 * step]!;
      const d1r = xr[a + step]! - xr[a + 4 * step]!;
      const d1i = xi[a + step]! - xi[a + 4 * step]!;
      const s2r = xr[a + 2 * step]! + xr[a + 3 * step]!;
      const s2i = xi[a + 2 * step]! + xi[a + 3 * step]!;
      const d2r = xr[a + 2 * step]! - xr[a + 3 * step]!;
      const d2i = xi[a + 2 * step]! - xi[a + 3 * step]!;
      yr[y] = ar + s1r + s2r;
      yi[y] = ai + s1i + s2i;
      const e1r = ar + COS_72 * s1r + COS_144 * s2r;
      const e1i = ai + COS_72 * s1i + COS_144 * s2i;
      const f1r = SIN_72 * d1r + SIN_144 * d2r;
      const f1i = SIN_72 * d1i + SIN_144 * d2i;
      const e2r = ar + COS_144 * s1r + COS_72 * s2r;
      const e2i = ai + COS_144 * s1i + COS_72 * s2i;
      const f2r = SIN_144 * d1r - SIN_72 * d2r;
      const f2i = SIN_144 * d1i - SIN_72 * d2i;
      const u1r = e1r + f1i;
      const u1i = e1i - f1r;
      const u2r = e2r + f2i;
      const u2i = e2i - f2r;
      const u3r = e2r - f2i;
      const u3i = e2i + f2r;
      const u4r = e1r - f1i;
      const u4i = e1i + f1r;
      yr[y + s] = u1r * twRe[w]! - u1i * twIm[w]!;
      yi[y + s] = u1r * twIm[w]! + u1i * twRe[w]!;
      yr[y + 2 * s] = u2r * twRe[w + 1]! - u2i * twIm[w + 1]!;
      yi[y + 2 * s] = u2r * twIm[w + 1]! + u2i * twRe[w + 1]!;
      yr[y + 3 * s] = u3r * twRe[w + 2]! - u3i * twIm[w + 2]!;
      yi[y + 3 * s] = u3r * twIm[w + 2]! + u3i * twRe[w + 2]!;
      yr[y + 4 * s] = u4r * twRe[w + 3]! - u4i * twIm[w + 3]!;
      yi[y + 4 * s] = u4r * twIm[w + 3]! + u4i * twRe[w + 3]!;
    }
  }
};

/**
 * Any odd radix r: with t_j = a_j + a_(r-j) and d_j = a_j - a_(r-j) the sums for k and r - k share their products,
 * sum = a_0 + sum_j t_j cos(2 pi j k / r) -+ i sum_j d_j sin(2 pi j k / r), j = 1..(r-1)/2.
 */
export function oddButterfly(radix: number): Butterfly {
  const r = radix;
  const h = (r - 1) / 2;
  const cos = new Float64Array(h * h);
  const sin = new Float64Array(h * h); // of the negative angle, as the root has it
  for (let k = 1; k <= h; k++)
    for (let j = 1; j <= h; j++) writeRoot(j * k, r, cos, sin, (k - 1) * h + j - 1);
  const tr = new Float64Array(h);
  const ti = new Float64Array(h);
  const dr = new Float64Array(h);
  const di = new Float64Array(h);

  return (xr, xi, yr, yi, m, s, twRe, twIm) => {
    const step = s * m;
    for (let p = 0; p < m; p++) {
      const w = (r - 1) * p - 1;
      const end = s * (p + 1);
      for (let a = s * p, y = r * s * p; a < end; a++, y++) {
        const ar = xr[a]!;
        const ai = xi[a]!;
        let sumR = ar;
        let sumI = ai;
        for (let j = 0, up = a + step, down = a + (r - 1) * step; j < h; j++, up += step, down -= step) {
          const pr = xr[up]! + xr[down]!;
          const pi = xi[up]! + xi[down]!;
          tr[j] = pr;
          ti[j] = pi;
          dr[j] = xr[up]! - xr[down]!;
          di[j] = xi[up]! - xi[down]!;
          sumR += pr;
          sumI += pi;
        }
        yr[y] = sumR;
        yi[y] = sumI;
        for (let k = 1, at = 0; k <= h; k++) {
          let er = ar;
          let ei = ai;
          let fr = 0;
          let fi = 0;
          for (let j = 0; j < h; j++, at++) {
            const c = cos[at]!;
            const n = sin[at]!;
            er += tr[j]! * c;
            ei += ti[j]! * c;
            fr += dr[j]! * n;
            fi += di[j]! * n;
          }
          const ur = er - fi;
          const ui = ei + fr;
          const vr = er + fi;
          const vi = ei - fr;
          const up = w + k;
          const down = w + r - k;
          yr[y + k * s] = ur * twRe[up]! - ui * twIm[up]!;
          yi[y + k * s] = ur * twIm[up]! + ui * twRe[up]!;
          yr[y + (r - k) * s] = vr * twRe[down]! - vi * twIm[down]!;
          yi[y + (r - k) * s] = vr * twIm[down]! + vi * twRe[down]!;
        }
      }
    }
  };
}
