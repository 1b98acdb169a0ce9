/** The members of fitsjs 0.6.6 that the adapter uses; the package has no types of its own. */
declare module "fitsjs" {
  /** A range of bytes: fitsjs asks a `Blob` for no more than this. */
  export interface FitsjsBlob {
    readonly size: number;
    slice(begin: number, end: number): FitsjsBlob;
  }

  export interface FitsjsHeader {
    readonly cards: Readonly<Record<string, unknown>>;
    contains(key: string): boolean;
    get(key: string): unknown;
    isPrimary(): boolean;
    verifyOrder(keyword: string, order: number): void;
  }

  export interface FitsjsTable {
    readonly rows: number;
    readonly columns: readonly string[] | null;
    getTableBuffer(row: number, number: number, callback: (buffer: ArrayBuffer) => void): void;
    _getRows(buffer: ArrayBuffer, number: number): Record<string, unknown>[];
  }

  export interface FitsjsHdu {
    readonly header: FitsjsHeader;
    readonly data?: FitsjsTable;
  }

  export interface FitsjsFile {
    readonly hdus: readonly FitsjsHdu[];
  }

  const fitsjs: {
    readonly astro: {
      readonly FITS: {
        new (source: FitsjsBlob, callback: (file: FitsjsFile) => void): FitsjsFile;
        readonly Header: { readonly prototype: { verifyOrder(keyword: string, order: number): void } };
      };
    };
  };
  export default fitsjs;
}
