import type { Plugin } from "vite";

export const WORKER: string;
/** Files that are kept when they are first asked for. */
export function isLater(path: string): boolean;
/** Every file below a folder but the service worker and those that are kept later, by rising path; the page itself is "./". */
export function offlineFiles(folder: string): string[];
/** Vite plugin: a service worker that keeps the files of the build. */
export function offline(): Plugin;
