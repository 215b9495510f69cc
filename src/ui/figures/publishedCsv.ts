import { useEffect, useRef } from "react";

const published = new Map<string, () => string | null>();

/** The numbers of a panel that is on screen and offers them itself; null for others, and before there are some. */
export const publishedCsv = (panel: string): string | null => published.get(panel)?.() ?? null;

/** Offers a panel's numbers as CSV as long as it is on screen: `make` is called when somebody saves them. */
export function usePanelCsv(panel: string, make: () => string | null): void {
	const latest = useRef(make);
	latest.current = make;
	useEffect(() => {
		const own = () => latest.current();
		published.set(panel, own);
		return () => {
			if (published.get(panel) === own) published.delete(panel);
		};
	}, [panel]);
}
