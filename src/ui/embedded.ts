/** Parts of the page that an embedding page may hide. */
const HIDDEN = { config: "left", inspector: "right", timeline: "bottom" } as const;

const query = new URLSearchParams(globalThis.location?.search ?? "");
/** The page stands inside another one: no top bar, no file drops, nothing stored, and only keys that move within the panels. */
export const isEmbedded = query.has("embed");
/** Places that are left out. */
export const hiddenPlaces: readonly string[] = (query.get("hide") ?? "")
	.split(",")
	.flatMap((name) => (Object.hasOwn(HIDDEN, name) ? [HIDDEN[name as keyof typeof HIDDEN]] : []));
