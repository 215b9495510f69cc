import { type JSX, useCallback, useLayoutEffect, useRef } from "react";
import { oncePerFrame } from "../frame";

export interface Size {
	readonly width: number;
	readonly height: number;
}

interface Props {
	/** Draws into the element; called after each render, each change of size and each `redraws` call. */
	readonly draw: (element: HTMLElement, size: Size) => void;
	/** Subscribes to data that changes outside React; returns the way to stop. */
	readonly redraws?: (again: () => void) => () => void;
	readonly className?: string;
}

/** The bridge between React, which owns the box, and a chart function, which owns everything inside it. */
export function Chart({ draw, redraws, className }: Props): JSX.Element {
	const box = useRef<HTMLDivElement>(null);
	const latest = useRef(draw);
	latest.current = draw;
	const paint = useCallback(() => {
		const element = box.current;
		if (element) latest.current(element, { width: element.clientWidth, height: element.clientHeight });
	}, []);
	useLayoutEffect(paint);
	useLayoutEffect(() => redraws?.(paint), [redraws, paint]);
	useLayoutEffect(() => {
		const observer = new ResizeObserver(oncePerFrame(paint));
		observer.observe(box.current as Element);
		return () => observer.disconnect();
	}, [paint]);
	return <div ref={box} className={className} />;
}
