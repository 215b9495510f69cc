import { createRoot } from "react-dom/client";
import type { LabApi } from "../workers/labApi";
import type { TrainerApi } from "../workers/trainerApi";
import { App } from "./App";
import { creditCss } from "./charts/creditColours";
import { connectExact } from "./exact";
import { followHistory } from "./history";
import { connectLab } from "./lab";
import { followPinIntoView } from "./moves";
import { followPreset } from "./recording/player";
import { followErrors } from "./runs/errorCurves";
import { connect } from "./session";
import { openLink, openQuery } from "./share";
import { welcome } from "./shell/coach";
import { followRunInTitle, followTheme } from "./shell/document";
import { mountHoverCard } from "./shell/hoverCard";
import { followShortcuts } from "./shell/shortcuts";
import { setOpened } from "./stores/run";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/panels.css";
import "./styles/timeline.css";
import "./styles/layouts.css";
import "./styles/library.css";

/** Puts the workbench on the page, with `trainer` behind its buttons and `lab` behind its comparisons. */
export function mount(trainer: TrainerApi, lab: LabApi): void {
	const colours = document.createElement("style");
	colours.textContent = creditCss();
	document.head.append(colours);
	setOpened(openLink(location.hash) ?? openQuery(location.search));
	followTheme();
	followRunInTitle();
	followShortcuts();
	createRoot(document.getElementById("root") as HTMLElement).render(<App />);
	mountHoverCard(document.body);
	connectLab(lab);
	connectExact(lab, trainer);
	followErrors();
	followPreset();
	followHistory();
	followPinIntoView();
	welcome();
	void connect(trainer);
}
