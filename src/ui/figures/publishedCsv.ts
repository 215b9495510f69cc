import { useEffect, useRef } from "react";

const published = new Map<string, () => string | null>();

/** The numbers of a panel that is on screen and offers them itself; null for others, and before there are some. */
export const publishedCsv = (panel: string, table = ""): string | null =>
	published.get(keyOf(panel, table))?.() ?? null;

const keyOf = (panel: string, table: string) => `${panel} ${table}`;

/**
 * Offers a panel's numbers as CSV as long as it is on screen: `make` is called when somebody saves them.
 * @param table which of the panel's further tables (`PanelDefinition.tables`); its usual one otherwise.
 */
export function usePanelCsv(panel: string, make: () => string | null, table = ""): void {
	const latest = useRef(make);
	latest.current = make;
	useEffect(() => {
		const own = () => latest.current();
		const key = keyOf(panel, table);
		published.set(key, own);
		return () => {
			if (published.get(key) === own) published.delete(key);
		};
	}, [panel, table]);
}
