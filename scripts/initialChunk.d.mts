export function initialFiles(dist: string): { readonly name: string; readonly gzip: number }[];
