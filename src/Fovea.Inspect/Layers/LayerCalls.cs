using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>The calls of a model's modules in one run, and which of their outputs lie on a grid.</summary>
internal sealed class LayerCalls
{
    private readonly Shape _images;

    private LayerCalls(List<LayerCall> calls, Shape images, Tensor output, HashSet<Module> attending)
    {
        (All, OutputRank, _images) = (calls, output.Rank, images);
        Grids = [.. calls.Where(c => c.Layer is not null && c.Made != output)];
        Attending = attending;
    }

    /// <summary>All calls, in the order in which they ended.</summary>
    public IReadOnlyList<LayerCall> All { get; }

    /// <summary>Those whose outputs lie on a grid of more than one cell and are not the model's own.</summary>
    public IReadOnlyList<LayerCall> Grids { get; }

    /// <summary>Axes of the model's output: 2 of a classifier, 4 of a segmentation.</summary>
    public int OutputRank { get; }

    /// <summary>The modules that showed a relation.</summary>
    public IReadOnlySet<Module> Attending { get; }

    /// <summary>Runs the model on the first of the pictures, without a tape, and keeps no values.</summary>
    public static LayerCalls Of(Module model, Tensor images)
    {
        using var look = new ModelLook(model);
        return Record(look, images.Narrow(0, 0, 1), look.Run, static _ => false);
    }

    /// <summary>Runs the model in a look, and hears of every call.</summary>
    /// <param name="look">The look.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="run">Runs it, on a tape or not.</param>
    /// <param name="keeps">Whether the values that a module of a name makes stay with its calls, as long as the look lasts; those that may lie on a grid do.</param>
    public static LayerCalls Record(ModelLook look, Tensor images, Func<Tensor, Tensor> run, Func<string, bool> keeps)
    {
        Module model = look.Model;
        var calls = new List<(string Name, Module Module, Tensor[] Inputs, Tensor Made, Shape Shape, Tensor? Values)>();
        var ears = new List<IDisposable>();
        foreach ((string name, Module module) in model.NamedModules().DistinctBy(m => m.Value).Where(m => m.Name.Length > 0))
        {
            ears.Add(look.Listen(module, (_, inputs, y) => calls.Add((name, module, inputs, y, y.Shape, y.Rank is 3 or 4 && keeps(name) ? look.Hold(y) : null))));
        }

        // Who runs the model again in the same look is not listened to any more.
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        Tensor output = run(images);
        ears.ForEach(static e => e.Dispose());
        var relations = recorder.Maps.Where(m => m.Map is RelationMap).Select(m => (m.Module, Map: (RelationMap)m.Map)).ToList();
        var grids = relations.Select(r => r.Map.Queries).ToList();
        HashSet<Module> inside = [.. model.NamedModules().Where(m => m.Value is IMechanism and not VisionTransformer)
            .SelectMany(m => m.Value.NamedModules().Skip(1)).Select(m => m.Value)];
        var maps = new List<(int, int)>();
        var found = new List<LayerCall>();
        foreach (var c in calls)
        {
            if (c.Shape.Rank == 4)
            {
                maps.Add((c.Shape[2], c.Shape[3]));
            }

            found.Add(new LayerCall(c.Name, c.Module, c.Inputs, c.Made, c.Shape, inside.Contains(c.Module), LayerOf(c.Name, c.Shape, grids, maps, images)) { Values = c.Values });
        }

        foreach ((_, AttentionMap map) in recorder.Maps)
        {
            map.Release();
        }

        return new LayerCalls(found, images.Shape, output, [.. relations.Select(r => r.Module)]);
    }

    /// <summary>
    /// The calls that everything of the pictures went through on its way to a call, the nearest first: each made a value that all else on the way was computed
    /// from. It is known where every value is heard of together with what it was computed from, as of networks from files.
    /// </summary>
    /// <param name="to">One of the calls.</param>
    public IEnumerable<LayerCall> Narrows(LayerCall to)
    {
        var makers = new Dictionary<Tensor, int>();
        bool[] isOfPictures = new bool[All.Count];
        for (int i = 0; i < All.Count; i++)
        {
            isOfPictures[i] = All[i].Inputs.Any(x => makers.TryGetValue(x, out int maker) ? isOfPictures[maker] : x != All[i].Made && x.Shape == _images);
            makers.TryAdd(All[i].Made, i);
        }

        // From the latest to the earliest: where but one value is left to follow, nothing went past it.
        var open = new SortedSet<int> { makers[to.Made] };
        while (open.Count > 0)
        {
            int at = open.Max;
            open.Remove(at);
            if (open.Count == 0 && All[at] != to)
            {
                yield return All[at];
            }

            foreach (Tensor input in All[at].Inputs)
            {
                if (makers.TryGetValue(input, out int maker) && maker < at && isOfPictures[maker])
                {
                    open.Add(maker);
                }
            }
        }
    }

    /// <summary>Gives the values back that were kept, but for those of one call.</summary>
    public void KeepOnly(LayerCall one)
    {
        foreach (LayerCall call in All.Where(c => c != one))
        {
            call.Values?.Dispose();
        }
    }

    // What has another first axis than the pictures is cut into windows.
    private static GridLayer? LayerOf(string name, Shape shape, List<RelationGrid> grids, List<(int, int)> maps, Tensor images) => shape.Rank switch
    {
        4 when shape[0] == images.Shape[0] && shape[1] > 0 && shape[2] * shape[3] > 1 => new GridLayer(name, shape[1], shape[2], shape[3], Tokens: false, Prefix: 0),
        3 when shape[0] == images.Shape[0] && shape[2] > 0 && TokenGrid.Find(shape[1], grids, maps, (images.Shape[2], images.Shape[3])) is { } grid =>
            new GridLayer(name, shape[2], grid.Axes[0], grid.Axes[1], Tokens: true, grid.Prefix),
        _ => null,
    };
}

/// <summary>One call of a module.</summary>
/// <param name="Name">The module's dotted name.</param>
/// <param name="Module">The module.</param>
/// <param name="Inputs">What it got, of a value of a file that and what it was computed from; the memory may have been given back.</param>
/// <param name="Made">What it gave; the memory may have been given back.</param>
/// <param name="Shape">The shape of that.</param>
/// <param name="IsInside">Whether the module is a part of an attention mechanism.</param>
/// <param name="Layer">How its output lies on a grid, or null.</param>
internal sealed record LayerCall(string Name, Module Module, Tensor[] Inputs, Tensor Made, Shape Shape, bool IsInside, GridLayer? Layer)
{
    /// <summary>The values of what it gave, where they were kept.</summary>
    public Tensor? Values { get; init; }
}
