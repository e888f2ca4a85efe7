using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>Everything that a model's mechanisms attended to in one run, by the names of the sites, beside the model's output.</summary>
/// <example>
/// <code>
/// using ModelMaps maps = ModelMaps.Of(model, images);
/// ScalarMap seen = maps["layer3.1.attention"].Map(new MapView { At = new GridCells(4, 7) });
/// </code>
/// </example>
public sealed class ModelMaps : IDisposable
{
    private readonly Dictionary<string, AttentionSite> _byName;

    private ModelMaps(Tensor output, IReadOnlyList<AttentionSite> sites) =>
        (Output, Sites, _byName) = (output, sites, sites.ToDictionary(s => s.Name, StringComparer.Ordinal));

    /// <summary>What the model gave.</summary>
    public Tensor Output { get; }

    /// <summary>The sites, in the order in which they showed their maps.</summary>
    public IReadOnlyList<AttentionSite> Sites { get; }

    /// <summary>The site of a name.</summary>
    /// <exception cref="OptionException">There is none; the message names the nearest, or all.</exception>
    public AttentionSite this[string name] => _byName.GetValueOrDefault(name) ?? throw new OptionException("site", Sites.Count == 0
        ? $"there is no site \"{name}\"; no mechanism of the model shows a map. Build it with attention, or ask for a class activation map."
        : $"there is no site \"{name}\"; {Suggestion.Hint(name, [.. _byName.Keys])}");

    /// <summary>Runs a model, in evaluation mode and without a tape. Its modes, weights and gradients stay as they are.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">[N, C, H, W], normalised as the model wants them.</param>
    /// <exception cref="ShapeException">The model does not take such pictures.</exception>
    public static ModelMaps Of(Module model, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        using var look = new ModelLook(model);
        return Record(look, images, look.Run);
    }

    /// <summary>Runs a model in a look.</summary>
    /// <param name="look">The look.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="run">Runs it, on a tape or not.</param>
    internal static ModelMaps Record(ModelLook look, Tensor images, Func<Tensor, Tensor> run)
    {
        Module model = look.Model;
        var sizes = new List<(int, int)>();
        foreach (Module module in model.NamedModules().Select(m => m.Value).Distinct())
        {
            look.Listen(module, (_, _, y) =>
            {
                if (y.Rank == 4)
                {
                    sizes.Add((y.Shape[2], y.Shape[3]));
                }
            });
        }

        using AttentionRecorder recorder = AttentionRecorder.Begin();
        Tensor output = run(images);
        return new ModelMaps(AttentionRecorder.Share(output), Named(model, recorder.Maps, g => OnPicture(g, sizes, images)));
    }

    /// <summary>Gives the memory back that maps are computed from. Optional: otherwise the garbage collector finds it.</summary>
    public void Dispose()
    {
        foreach (AttentionSite site in Sites)
        {
            site.Weights?.Dispose();
        }

        Output.Dispose();
    }

    /// <summary>The grid of one side of a relation; channels, and a sequence that no grid fits, are one row.</summary>
    private static SiteGrid OnPicture(RelationGrid grid, List<(int, int)> sizes, Tensor images) => grid switch
    {
        { Axes: [var height, var width] } => new SiteGrid(height, width, grid.Prefix),
        { Axes: [_], IsOfChannels: false } when images.Rank == 4 && TokenGrid.Find(grid.Count, [], sizes, (images.Shape[2], images.Shape[3])) is { } found =>
            new SiteGrid(found.Axes[0], found.Axes[1], found.Prefix),
        _ => new SiteGrid(1, grid.Count - grid.Prefix, grid.Prefix),
    };

    private static List<AttentionSite> Named(
        Module model, IReadOnlyList<(Module Module, AttentionMap Map)> maps, Func<RelationGrid, SiteGrid> grid)
    {
        var names = new Dictionary<Module, string>();
        foreach ((string name, Module module) in model.NamedModules())
        {
            names.TryAdd(module, name);
        }

        var counts = new Dictionary<(Module, string), int>();
        ILookup<Module, string> given = maps.Select(m => (m.Module, m.Map.Name)).Distinct().ToLookup(m => m.Module, m => m.Name);
        return [.. maps.Select(m =>
        {
            int call = counts[(m.Module, m.Map.Name)] = counts.GetValueOrDefault((m.Module, m.Map.Name)) + 1;
            return new AttentionSite(Name(names.GetValueOrDefault(m.Module, string.Empty), call, m.Map.Name, given[m.Module].Count() > 1), m.Module, m.Map, grid);
        })];
    }

    private static string Name(string module, int call, string map, bool isOneOfSeveral)
    {
        string called = call == 1 ? string.Empty : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"@{call}");
        return module.Length == 0 ? map + called : isOneOfSeveral ? $"{module}{called}:{map}" : module + called;
    }
}
