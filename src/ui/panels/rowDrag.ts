import { layoutStore, moveRowTo } from "../stores/layout";
import "../styles/rowDrag.css";

/** A press becomes a drag when the pointer has moved this far, CSS pixels. */
const STILL = 4;

/**
 * Rows of methods are dragged by their names: the row that is dragged is dimmed, a line shows where it would be put, and Escape, or letting go
 * elsewhere, leaves all as it was. A press that does not move is a click. @param signal ends the listening.
 */
export function dragRows(box: HTMLElement, signal: AbortSignal): void {
	const start = (e: PointerEvent) => {
		const row = movableRow(e.target);
		if (row !== null && e.button === 0) follow(box, row, e);
	};
	box.addEventListener("pointerdown", start, { signal });
}

function follow(box: HTMLElement, row: string, start: PointerEvent): void {
	const over = new AbortController();
	const { signal } = over;
	let dragging = false;
	let onto: string | null = null;
	const end = (drop: boolean) => {
		over.abort();
		mark(box, null, null);
		if (drop && dragging && onto !== null) moveRowTo(row, onto);
	};
	const move = (e: PointerEvent) => {
		dragging ||= Math.hypot(e.clientX - start.clientX, e.clientY - start.clientY) > STILL;
		if (!dragging) return;
		const under = document.elementFromPoint(e.clientX, e.clientY);
		onto = box.contains(under) ? movableRow(under) : null;
		mark(box, row, onto);
	};
	const press = (e: KeyboardEvent) => {
		if (e.key !== "Escape") return;
		e.stopPropagation();
		end(false);
	};
	addEventListener("pointermove", move, { signal });
	addEventListener("pointerup", () => end(true), { signal });
	addEventListener("pointercancel", () => end(false), { signal });
	addEventListener("keydown", press, { signal, capture: true });
}

/** The method whose row's name is there, if its row can be moved. */
function movableRow(target: EventTarget | null): string | null {
	const label = target instanceof Element ? target.closest<HTMLElement>(".row-labels [data-movable]") : null;
	return label?.dataset.row ?? null;
}

/** Marks the names of the dragged row, and those that it would make move down (`above`) or up (`below`), in every rollout. */
function mark(box: HTMLElement, row: string | null, onto: string | null): void {
	const { rows } = layoutStore.getState();
	const side = row !== null && onto !== null && rows.indexOf(onto) > rows.indexOf(row) ? "below" : "above";
	box.toggleAttribute("data-row-drag", row !== null);
	for (const label of box.querySelectorAll<HTMLElement>(".row-labels [data-row]")) {
		label.toggleAttribute("data-dragged", label.dataset.row === row);
		if (onto !== null && onto !== row && label.dataset.row === onto) label.dataset.drop = side;
		else delete label.dataset.drop;
	}
}
