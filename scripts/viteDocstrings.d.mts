import type { Plugin } from "vite";

export function docstrings(): Plugin;
