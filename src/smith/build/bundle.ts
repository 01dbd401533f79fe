import { assembleImage, type Bundle, layersOf } from '../image/assemble.ts';
import { type Image, imageTree } from '../image/image.ts';
import { type LayerBlob, writeLayer } from '../image/layer-writer.ts';
import type { History } from '../image/schema.ts';
import type { Workspace } from '../image/workspace.ts';
import type { Package } from '../packages/package.ts';
import type { Recipe } from '../recipe/schema.ts';
import { isoTime } from '../supply/formats.ts';
import { changesBetween } from '../tree/changes.ts';
import type { Node } from '../tree/node.ts';
import { overlay } from '../tree/overlay.ts';
import type { Tree } from '../tree/tree.ts';
import { executionOf } from './execution.ts';
import { type LayerPlan, packageLayers } from './layers.ts';
import type { Source } from './source.ts';

export interface NewBundle {
  readonly recipe: Recipe;
  /** The image's root, with the rules applied. */
  readonly tree: Tree;
  readonly parent: Image | null;
  readonly source: Pick<Source, 'execution' | 'platform'>;
  /** The package that a path of the image is of. */
  readonly ownerOf: (path: string, node: Node) => Package | null;
  /** Of everything in the image, in seconds since 1970. */
  readonly time: number;
}

/** Writes the layers. On a parent they have only what is new or different there; nothing of the parent goes away. */
export async function bundleOf(
  { recipe, tree, parent, source, ownerOf, time }: NewBundle,
  workspace: Workspace,
): Promise<Bundle> {
  const below = parent ? layersOf(parent) : [];
  const lower = parent && (await imageTree(parent, workspace));
  const top = lower ? changesBetween(lower, overlay(lower, tree)).changed : tree;
  const plans: readonly LayerPlan[] =
    recipe.layers === 'package' ? packageLayers(top, ownerOf) : [{ tree: top, title: null }];
  const layers: LayerBlob[] = [];
  for (const plan of plans) layers.push(await writeLayer({ tree: plan.tree }, workspace, recipe.compression));
  const created = isoTime(time);
  return assembleImage({
    platform: source.platform,
    execution: executionOf(recipe, source.execution, parent?.config.config ?? {}),
    layers: [...below, ...layers],
    created,
    history: [
      ...historyOf(parent, below.length),
      ...plans.map(({ title }) => ({
        created,
        created_by: 'railcar smith',
        ...(title === null ? {} : { comment: title }),
      })),
    ],
    annotations: recipe.annotations,
  });
}

/** Of the layers that are kept. One that does not tell of each of them is of no use, and programs refuse it. */
function historyOf(parent: Image | null, layers: number): readonly History[] {
  const told = parent?.config.history ?? [];
  const full = told.filter(({ empty_layer }) => empty_layer !== true).length === layers;
  return full ? told : Array.from({ length: layers }, () => ({ comment: 'of the parent' }));
}
