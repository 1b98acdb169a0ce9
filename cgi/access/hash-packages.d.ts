// Types of two packages that come without.

declare module "apache-md5" {
  /** Apache's `$apr1$` hash with the salt of an existing hash. */
  const apacheMd5: (password: string, salt?: string) => string;
  export default apacheMd5;
}

declare module "unix-crypt-td-js" {
  /** Traditional `crypt(3)`; the salt is two characters. */
  const unixCryptTD: (password: string, salt: string) => string;
  export default unixCryptTD;
}
