import { render } from 'solid-js/web';
import { App } from './app.tsx';
import { preloadPage } from './settings/settings-page.tsx';
import { readAddress } from './ui/location.tsx';
import { applyTheme } from './ui/theme.tsx';
import './ui/styles/tokens.css';
import './ui/styles/base.css';
import './ui/styles/controls.css';
import './ui/styles/shell.css';
import './ui/styles/table.css';
import './ui/styles/list.css';
import './ui/styles/dialog.css';
import './ui/styles/content.css';
import './ui/styles/records.css';
import './ui/styles/waiting.css';

// Before any other code reads the address: a link may hold a raw key.
const address = readAddress();
applyTheme();
preloadPage(address.pathname);
const root = document.getElementById('app');
if (root) render(() => <App />, root);
