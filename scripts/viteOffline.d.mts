import type { Plugin } from "vite";

export const WORKER: string;
/** Every file below a folder but the service worker, by rising path; the page itself is "./". */
export function offlineFiles(folder: string): string[];
/** Vite plugin: a service worker that keeps every file of the build. */
export function offline(): Plugin;
