import { createRoot } from "react-dom/client";
import type { FilesApi } from "../workers/filesApi";
import type { LabApi } from "../workers/labApi";
import type { TrainerApi } from "../workers/trainerApi";
import { App } from "./App";
import { creditCss } from "./charts/creditColours";
import { followEmbedding, isEmbedded } from "./embed";
import { connectExact } from "./exact";
import { connectFiles } from "./files/openFiles";
import { followHistory } from "./history";
import { connectLab } from "./lab";
import { followPinIntoView } from "./moves";
import { followPreset } from "./recording/player";
import { followErrors } from "./runs/errorCurves";
import { connect } from "./session";
import { openLink, openQuery } from "./share";
import { welcome } from "./shell/coach";
import { followRunInTitle, followTheme } from "./shell/document";
import { followDrops } from "./shell/dropZone";
import { mountHoverCard } from "./shell/hoverCard";
import { followShortcuts } from "./shell/shortcuts";
import { followRuns } from "./storage/keepRuns";
import { setOpened } from "./stores/run";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/panels.css";
import "./styles/timeline.css";
import "./styles/layouts.css";
import "./styles/library.css";
import "./styles/data.css";

/** Puts the workbench on the page, with `trainer` behind its buttons, `lab` behind its comparisons and `files` behind what a person brings. */
export function mount(trainer: TrainerApi, lab: LabApi, files: FilesApi): void {
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
	connectFiles(files, lab);
	followEmbedding();
	if (!isEmbedded) {
		followDrops();
		followRuns();
	}
	followErrors();
	followPreset();
	followHistory();
	followPinIntoView();
	if (!isEmbedded) welcome();
	void connect(trainer);
}
