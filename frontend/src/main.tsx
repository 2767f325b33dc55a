// Where the page begins.
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "./ui/base.css";
import "./ui/controls.css";
import "./ui/lit.css";
import "./views/views.css";
import "./views/matrix.css";
import "./views/picture.css";
import "./pages/pages.css";
import "./pages/shell.css";
import "./pages/notices.css";
import "./pages/cards.css";
import "./pages/new-pod.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
