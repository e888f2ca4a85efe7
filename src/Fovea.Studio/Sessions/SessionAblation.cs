using Fovea.Attention;
using Fovea.Inspect;
using Fovea.Serving.Http;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>What a session's answer owes to a part of the picture, or to a relation of the model: it is taken away, and the model is asked again.</summary>
internal static class SessionAblation
{
    /// <summary>Takes away what is asked for.</summary>
    /// <exception cref="HttpProblem">Neither a region nor a site is named, or both; or there is no such thing.</exception>
    /// <exception cref="OptionException">The site's relation cannot be replaced.</exception>
    public static AblateAnswer Of(StudioSession session, AblateRequest request, CancellationToken cancellation) => (request.Region, request.Site) switch
    {
        ({ } region, null) => OfPicture(session, region, cancellation),
        (null, { } site) => OfRelation(session, session.Site(site), request, cancellation),
        _ => throw HttpProblem.Wrong("ablation", "a region or a site", "none or both"),
    };

    private static AblateAnswer OfPicture(StudioSession session, double[] region, CancellationToken cancellation)
    {
        (int height, int width) = (session.Input.Shape[2], session.Input.Shape[3]);
        if (region is not [>= 0 and <= 1, >= 0 and <= 1, >= 0 and <= 1, >= 0 and <= 1] || region[2] <= region[0] || region[3] <= region[1])
        {
            throw HttpProblem.Wrong("region", "top, left, bottom and right as shares of the picture from 0 to 1", string.Join(", ", region));
        }

        int top = (int)(region[0] * height), left = (int)(region[1] * width);
        int bottom = (int)Math.Ceiling(region[2] * height), right = (int)Math.Ceiling(region[3] * width);
        var cells = new GridCells(top, left, bottom - top, right - left);
        return Without(
            session, new PictureAblation(cells, new PictureFill { Kind = FillKind.Mean }),
            $"Without rows {top} to {bottom - 1}, columns {left} to {right - 1} of the picture", cancellation);
    }

    private static AblateAnswer OfRelation(StudioSession session, AttentionSite site, AblateRequest request, CancellationToken cancellation)
    {
        if (site.Relation is null)
        {
            throw HttpProblem.Wrong("site", "a softmax relation of positions, which something else can take the place of", site.Name);
        }

        string change = HttpProblem.Check("change", request.Change, "off", "identity", "mean");
        int? head = request.Head is { } one ? HttpProblem.Check("head", one, 0, site.Heads - 1) : null;
        string module = session.Model.Module.NamedModules().First(m => ReferenceEquals(m.Value, site.Module)).Name;
        string instead = change switch { "off" => "nothing", "mean" => "the mean of all", _ => "each position itself" };
        return Without(
            session,
            head is { } of
                ? new HeadAblation(module, of, Enum.Parse<RelationChange>(change, ignoreCase: true))
                : new SiteAblation(module, Enum.Parse<SiteChange>(change, ignoreCase: true)),
            $"{instead} in the place of {(head is null ? site.Name : $"head {head} of {site.Name}")}", cancellation);
    }

    private static AblateAnswer Without(StudioSession session, Ablation ablation, string what, CancellationToken cancellation)
    {
        using TensorScope scope = TensorScope.Begin();
        AblationEffect effect = AblationStudy
            .Run(session.Model.Module, [session.Input], Explaining.Target(session, new CamRequest()), [ablation], cancellation: cancellation).Rows[0].Effects[0];
        return new AblateAnswer(what, ClassScores.Changes(effect.OutputBefore, effect.Output, session.Model.Description.Classes));
    }
}
