import type { JSX, KeyboardEvent, PointerEvent } from "react";
import { useStore } from "zustand";
import { layoutStore, resetSize, resize, SIZE_LIMITS, type SizedSide, sizeOf } from "../stores/layout";

interface Props {
	readonly side: SizedSide;
	readonly label: string;
}

const KEY_STEP = 16;

/** A draggable edge, also moved by arrow keys; double click restores the usual size (ARIA window splitter pattern). */
export function Splitter({ side, label }: Props): JSX.Element {
	const size = useStore(layoutStore, (l) => sizeOf(l, side));
	const { min, max } = SIZE_LIMITS[side];
	const vertical = side === "left" || side === "right";
	const grows = side === "left" ? 1 : -1;
	const onPointerDown = (event: PointerEvent<HTMLElement>) => {
		const handle = event.currentTarget;
		handle.setPointerCapture(event.pointerId);
		const from = vertical ? event.clientX : event.clientY;
		const move = (e: globalThis.PointerEvent) =>
			resize(side, size + grows * ((vertical ? e.clientX : e.clientY) - from));
		handle.addEventListener("pointermove", move);
		handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), {
			once: true,
		});
	};
	const onKeyDown = (event: KeyboardEvent) => {
		const more = vertical ? "ArrowRight" : "ArrowDown";
		const less = vertical ? "ArrowLeft" : "ArrowUp";
		const to = { [more]: size + grows * KEY_STEP, [less]: size - grows * KEY_STEP, Home: min, End: max }[event.key];
		if (to === undefined) return;
		event.preventDefault();
		resize(side, to);
	};
	return (
		<hr
			className={`splitter ${side}`}
			tabIndex={0}
			aria-label={label}
			aria-orientation={vertical ? "vertical" : "horizontal"}
			aria-valuenow={size}
			aria-valuemin={min}
			aria-valuemax={max}
			onPointerDown={onPointerDown}
			onKeyDown={onKeyDown}
			onDoubleClick={() => resetSize(side)}
		/>
	);
}
