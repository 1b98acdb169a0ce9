/** Wavelength of the line of HMI, micrometre. */
const HMI_WAVELENGTH = 0.617_33;

/**
 * Coefficients A0 to A5 of I(mu) / I(1) = sum of A_k mu^k for the continuum of 0.4226 to 1.1 micrometre.
 *
 * @param wavelength micrometre
 * Source: H. Neckel, Solar Physics 229 (2005) 13.
 */
export function limbDarkeningCoefficients(wavelength: number): readonly number[] {
  const inverse = 1 / wavelength;
  const fifth = inverse ** 5;
  return [
    0.752_67 - 0.265_577 * inverse,
    0.938_74 + 0.265_577 * inverse - 0.004_095 * fifth,
    -1.892_87 + 0.012_582 * fifth,
    2.422_34 - 0.017_117 * fifth,
    -1.711_5 + 0.011_977 * fifth,
    0.490_62 - 0.003_347 * fifth,
  ];
}

const HMI = limbDarkeningCoefficients(HMI_WAVELENGTH);
const [A0, A1, A2, A3, A4, A5] = HMI as [number, number, number, number, number, number];

/** Brightness of the quiet Sun in the continuum of HMI, relative to the middle of the disk. */
export function limbDarkening(mu: number): number {
  return A0 + mu * (A1 + mu * (A2 + mu * (A3 + mu * (A4 + mu * A5))));
}
