import { Show } from 'solid-js';
import { type AssetKind, extensions, repositories, shownAssets } from '../api/assets.ts';
import { useLocation } from '../ui/location.tsx';
import { AssetList } from './asset-list.tsx';
import { AssetView } from './asset-view.tsx';
import './assets.css';

/** Settings → Repositories. */
export function RepositoriesPage() {
  return <AssetsPage kind={repositories} path="/settings/repositories" />;
}

/** Settings → Extensions. */
export function ExtensionsPage() {
  return <AssetsPage kind={extensions} path="/settings/extensions" />;
}

/** All assets of a kind, or the one that the URL names. */
function AssetsPage(props: { kind: AssetKind; path: string }) {
  const { parameter } = useLocation();
  const environment = () => shownAssets(parameter).environment;
  const id = () => shownAssets(parameter).id;
  return (
    <Show
      when={id()}
      fallback={<AssetList kind={props.kind} path={props.path} environment={environment()} />}
      keyed
    >
      {(one) => (
        <AssetView kind={props.kind} path={props.path} environment={environment()} id={one} />
      )}
    </Show>
  );
}
