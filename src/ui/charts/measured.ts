interface Waiting {
	readonly element: Element;
	readonly then: (width: number, height: number) => void;
}

let waiting: Waiting[] = [];

/**
 * Measures an element's content box before the next picture, together with all others that ask in the same task: reading a size makes the browser
 * lay out the page, and drawing in between would make it do so again for each chart.
 */
export function onceMeasured(element: Element, then: Waiting["then"]): void {
	waiting.push({ element, then });
	if (waiting.length === 1) queueMicrotask(measureAll);
}

function measureAll(): void {
	const asked = waiting;
	waiting = [];
	const sizes = asked.map(({ element }) => [element.clientWidth, element.clientHeight] as const);
	asked.forEach(({ then }, i) => {
		then(...(sizes[i] as readonly [number, number]));
	});
}
