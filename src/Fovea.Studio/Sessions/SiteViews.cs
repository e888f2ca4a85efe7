using Fovea.Attention;
using Fovea.Inspect;
using Fovea.Serving.Http;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>Sites as the page speaks of them: their descriptions, and the rows and gates that it asks for.</summary>
internal static class SiteViews
{
    private const int MostLines = 4096;

    /// <summary>A site in words and numbers.</summary>
    public static SiteInfo Describe(AttentionSite site, string module)
    {
        string mechanism = Catalog.All.FirstOrDefault(e => e.Type == site.Module.GetType())?.Card.Key ?? site.Module.GetType().Name;
        string map = site.Name.Length > module.Length ? site.Name[module.Length..].TrimStart(':', '@') : site.Relation?.Name ?? mechanism;
        return new SiteInfo(
            site.Name, module, map, mechanism, KindOf(site.Kind), site.Queries.Height, site.Queries.Width, site.Heads, site.Channels, site.Queries.Prefix);
    }

    /// <summary>What a cell, a region, a token or a channel attends to, or is attended by.</summary>
    /// <exception cref="HttpProblem">The site is no relation, or there is no such place or head.</exception>
    public static ScalarMap Row(AttentionSite site, RowQuery query)
    {
        if (site.Relation is null)
        {
            throw HttpProblem.Wrong("site", "a relation, which has rows", site.Name);
        }

        bool isRow = HttpProblem.Check("direction", query.Direction, "to", "by") == "to";
        SiteGrid from = isRow ? site.Queries : site.Keys;
        var view = new MapView
        {
            Direction = isRow ? MapDirection.AttendsTo : MapDirection.AttendedBy,
            Head = query.Head is { } head ? HttpProblem.Check("head", head, 0, site.Heads - 1) : null,
        };
        if (query.Token is { } token)
        {
            return site.Map(view with { Token = HttpProblem.Check("token", token, 0, from.Prefix - 1) });
        }

        int top = HttpProblem.Check("y", query.Y, 0, from.Height - 1), left = HttpProblem.Check("x", query.X, 0, from.Width - 1);
        if (site.Kind == SiteKind.ChannelRelation)
        {
            return site.Map(view with { Channel = left });
        }

        int height = HttpProblem.Check("y2", query.Y2, top, from.Height - 1, top) - top + 1, width = HttpProblem.Check("x2", query.X2, left, from.Width - 1, left) - left + 1;
        long lines = (long)height * width * (view.Head is null ? site.Heads : 1);
        return lines <= MostLines
            ? site.Map(view with { At = new GridCells(top, left, height, width) })
            : throw HttpProblem.Wrong("region", $"at most {MostLines} cells times heads", lines);
    }

    /// <summary>The weights of a gate.</summary>
    /// <param name="site">The site.</param>
    /// <param name="layer">Which channel or group of a gate that has a map for each; null for their mean.</param>
    /// <exception cref="HttpProblem">The site is no gate, or has no such layer.</exception>
    public static ScalarMap Gate(AttentionSite site, int? layer) => site.Relation is not null
        ? throw HttpProblem.Wrong("site", "a gate, which has weights", site.Name)
        : site.Map(new MapView { Channel = layer is { } one ? HttpProblem.Check("layer", one, 0, site.Channels - 1) : null });

    private static string KindOf(SiteKind kind) => kind switch
    {
        SiteKind.ChannelGate => "channels",
        SiteKind.PositionGate => "positions",
        SiteKind.ElementGate => "elements",
        SiteKind.ChannelRelation => "channel-relation",
        _ => "relation",
    };
}
