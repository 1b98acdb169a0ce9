// The few members of autocannon that are used; the package comes without types.

declare module "autocannon" {
  interface Result {
    readonly requests: { readonly average: number };
    readonly non2xx: number;
    readonly errors: number;
  }
  const autocannon: (options: {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
  }) => Promise<Result>;
  export default autocannon;
}
