import { type ComponentType, createElement, type JSX, lazy } from "react";

/** Ways to ask again for parts that could not be loaded. */
const failed = new Set<() => void>();

const MISSING =
	"This part of the page did not arrive. Draw it again; if that does not help, reload the page: a newer version may have taken its place.";

/**
 * A part of the page that is loaded when it is first drawn, like React's `lazy`, which would remember a failure for ever. It stands inside a
 * `PanelBoundary`, which says so when it could not be loaded, and lets a person ask again.
 */
export function lazyPart<P extends object>(
	load: () => Promise<{ readonly default: ComponentType<P> }>,
): ComponentType<P> {
	const asked = () =>
		lazy<ComponentType<P>>(() =>
			load().catch((cause: unknown) => {
				failed.add(() => {
					Loaded = asked();
				});
				throw new Error(MISSING, { cause });
			}),
		);
	let Loaded: ComponentType<P> = asked();
	return (props: P): JSX.Element => createElement(Loaded, props);
}

/** Parts that could not be loaded are asked for again when they are drawn next. */
export function askAgain(): void {
	for (const again of failed) again();
	failed.clear();
}
