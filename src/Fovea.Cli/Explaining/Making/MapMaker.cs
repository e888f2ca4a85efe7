using Fovea.Inspect;

namespace Fovea.Cli.Explaining;

/// <summary>
/// Makes the maps that were asked for. Where neither a site nor a method is named, those of all sites, and all methods that fit the model and
/// take no more than a few runs of it.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="options">What is asked for.</param>
/// <param name="note">Is told, once, what was left out.</param>
internal sealed class MapMaker(Module model, ExplainOptions options, Action<string> note)
{
    private readonly HashSet<string> _noted = [];

    /// <summary>Makes the maps of a picture.</summary>
    /// <param name="x">The picture as the model wants it, [1, C, H, W].</param>
    /// <param name="target">What is asked for.</param>
    /// <param name="stop">Stops it between two runs of the model.</param>
    /// <exception cref="OptionException">There is no such site or layer, or a method that was named does not fit the model.</exception>
    public IReadOnlyList<WrittenMap> Make(Tensor x, AskedTarget target, CancellationToken stop = default)
    {
        bool isAll = options.Site is null && options.Methods.Count == 0;
        return [.. isAll ? Usual(x, target, stop) : Named(x, target, stop), .. isAll || options.Site is not null ? OfSites(model, x, options.FullSite, options.View) : []];
    }

    /// <summary>The model's own maps of a picture.</summary>
    /// <param name="model">The model.</param>
    /// <param name="x">The picture as the model wants it, [1, C, H, W].</param>
    /// <param name="name">The site; null for all.</param>
    /// <param name="view">What of a site; null for the default.</param>
    /// <exception cref="OptionException">There is no such site, or no such thing at it.</exception>
    public static IEnumerable<WrittenMap> OfSites(Module model, Tensor x, string? name = null, MapView? view = null)
    {
        using ModelMaps maps = ModelMaps.Of(model, x);
        foreach (AttentionSite site in name is null ? maps.Sites : [maps[name]])
        {
            yield return new WrittenMap(site.Map(view), string.Empty)
            {
                IsOverPicture = site.IsOverPicture,
                Pin = view?.At is { } cells && site.Queries == site.Keys ? (cells.Y, cells.X) : null,
            };
        }
    }

    private IEnumerable<WrittenMap> Named(Tensor x, AskedTarget target, CancellationToken stop) => options.Methods.Select(m => Of(MapMethods.Find(m), x, target, stop));

    private IEnumerable<WrittenMap> Usual(Tensor x, AskedTarget target, CancellationToken stop)
    {
        foreach (MapMethod method in MapMethods.All.Where(m => !m.IsSlow))
        {
            WrittenMap? made = null;
            try
            {
                made = Of(method, x, target, stop);
            }
            catch (OptionException e)
            {
                if (!method.IsForTransformers && _noted.Add(method.Key))
                {
                    note($"{method.Key} is left out: {e.Message}");
                }
            }

            if (made is not null)
            {
                yield return made;
            }
        }
    }

    private WrittenMap Of(MapMethod method, Tensor x, AskedTarget target, CancellationToken stop)
    {
        ScalarMap map = method.Create(new MapMethodOptions { Layer = options.Layer }).Explain(model, x, target.Target, null, stop)[0];
        return new WrittenMap(map, method.IsForTarget ? target.Words : string.Empty);
    }
}
