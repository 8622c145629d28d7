import "./style/tokens.css";
import "./style/base.css";
import { createRoot } from "react-dom/client";
import { Api } from "./api";
import { App } from "./app";

createRoot(document.getElementById("page")!).render(<App api={new Api()} />);
