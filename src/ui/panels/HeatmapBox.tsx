import { type JSX, type PointerEvent, useEffect, useRef } from "react";
import { useStore } from "zustand";
import { Chart } from "../charts/Chart";
import { drawHeatmap, type HeatmapData, markColumns } from "../charts/heatmap";
import { onPaperTurn, themeOf } from "../figures/paper";
import { onHover, setHovered } from "../hover";
import { usedTheme } from "../shell/document";
import { layoutStore } from "../stores/layout";
import { pinToken } from "../stores/selection";

interface Token {
	readonly rollout: number;
	readonly token: number;
}

interface Props {
	readonly data: HeatmapData;
	readonly rowHeight: number;
	/** What the columns are, in the plural. */
	readonly columnName: string;
	/** The token that a column stands for, and the columns that a token is found in; −1 for none. */
	readonly tokenAt: (column: number) => Token;
	readonly columnOf: (token: Token) => number;
}

/** Methods × columns as cells, linked to every other panel by the hovered token; a click pins it. */
export function HeatmapBox({ data, rowHeight, columnName, tokenAt, columnOf }: Props): JSX.Element {
	const theme = useStore(layoutStore, usedTheme);
	const box = useRef<HTMLDivElement>(null);
	const { columns } = data;
	useEffect(
		() =>
			onHover((token) => {
				const column = token ? columnOf(token) : -1;
				if (box.current) markColumns(box.current, { columns }, column < 0 ? null : { from: column, to: column + 1 });
			}),
		[columns, columnOf],
	);
	const at = (event: PointerEvent<HTMLElement>) => {
		const { left, width } = event.currentTarget.getBoundingClientRect();
		const column = Math.floor(((event.clientX - left) / width) * columns);
		return tokenAt(Math.min(columns - 1, Math.max(0, column)));
	};
	return (
		<div
			ref={box}
			className="methods-plot"
			style={{ height: data.rows.length * rowHeight }}
			onPointerMove={(e) => setHovered({ ...at(e), element: e.currentTarget })}
			onPointerLeave={() => setHovered(null)}
			onPointerDown={(e) => pinToken(at(e).rollout, at(e).token)}
		>
			<Chart
				draw={(element, { width }) =>
					drawHeatmap(element, data, { theme: themeOf(element, theme), width, rowHeight, columnName })
				}
				redraws={onPaperTurn}
			/>
		</div>
	);
}
