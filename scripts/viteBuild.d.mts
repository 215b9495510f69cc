import type { Plugin } from "vite";

export function build(): Plugin;
export function buildOf(root: string, git?: (root: string, args: readonly string[]) => string | null): string;
