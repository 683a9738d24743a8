import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Home } from "./chat/home";
import { browserSessions } from "./chat/session";
import { App } from "./ui/App";
import "./ui/base.css";
import "./ui/layout.css";
import "./ui/timeline.css";
import "./ui/messages.css";
import "./ui/message-parts.css";
import "./ui/markdown.css";
import "./ui/message-actions.css";
import "./ui/composer.css";
import "./ui/emoji.css";
import "./ui/forms.css";
import "./ui/panels.css";
import "./ui/dialogs.css";

const home = new Home(browserSessions());

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App home={home} />
  </StrictMode>,
);
