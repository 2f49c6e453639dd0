/** The part of jstat that is used; the package has no types of its own. */
declare module 'jstat' {
  const jstat: {
    readonly studentt: {
      /** Quantile of Student's t at probability `p`. */
      inv(p: number, degreesOfFreedom: number): number;
    };
    /** Regularised incomplete beta function I_x(a, b). */
    ibeta(x: number, a: number, b: number): number;
  };
  export default jstat;
}
