import { createContext, type JSX, type ReactNode, useContext } from "react";
import { createPortal } from "react-dom";

/** Where a panel's own controls go: the element in the head of its box. */
export const ToolsPlace = createContext<HTMLElement | null>(null);

/** Controls of a panel, shown in the head of its box. */
export function PanelTools({ children }: { readonly children: ReactNode }): JSX.Element | null {
	const place = useContext(ToolsPlace);
	return place ? createPortal(children, place) : null;
}
