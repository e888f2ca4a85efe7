using Fovea.Inspect;
using Fovea.Serving.Http;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>Maps of the whole model for a session's picture: class activation maps and rollouts, by the catalogue of methods.</summary>
internal static class Explaining
{
    /// <summary>Makes the map that is asked for.</summary>
    /// <param name="session">The session.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellation">Stops it between two runs of the model.</param>
    /// <exception cref="HttpProblem">The site has no map over the picture, or there is none, or a method is named too.</exception>
    /// <exception cref="FoveaException">There is no such method or layer, or it does not fit the model.</exception>
    public static ScalarMap Map(StudioSession session, CamRequest request, CancellationToken cancellation)
    {
        if (request.Site is not null)
        {
            return OfSite(session, request);
        }

        if ((request.Head ?? request.Token) is { } part)
        {
            throw HttpProblem.Wrong("head or token", "a site that has them", part);
        }

        using TensorScope scope = TensorScope.Begin();
        MapMethod method = MapMethods.Find(request.Method ?? MapMethods.Keys[0]);
        IMapMethod built = method.Create(new MapMethodOptions
        {
            Layer = request.Layer,
            SmoothByFlip = request.Flip ?? false,
            HeadFusion = Enum.Parse<HeadFusion>(HttpProblem.Check("fusion", request.Fusion, "mean", "max", "min"), ignoreCase: true),
            DiscardRatio = request.Discard ?? 0,
        });
        return built.Explain(session.Model.Module, session.Input, Target(session, request), null, cancellation)[0];
    }

    private static ScalarMap OfSite(StudioSession session, CamRequest request)
    {
        AttentionSite site = request.Method is null ? session.Site(request.Site!) : throw HttpProblem.Wrong("map", "a method or a site", "both");
        return site.IsOverPicture
            ? site.Map(new MapView
            {
                Head = request.Head is { } head ? HttpProblem.Check("head", head, 0, site.Heads - 1) : null,
                Token = request.Token is { } token ? HttpProblem.Check("token", token, 0, site.Relation is null ? -1 : site.Queries.Prefix - 1) : null,
            })
            : throw HttpProblem.Wrong("site", "one whose map lies over the picture", site.Name);
    }

    /// <summary>The layers that class activation maps of a session can be made of.</summary>
    public static LayerOffers Layers(StudioSession session)
    {
        using TensorScope scope = TensorScope.Begin();
        IReadOnlyList<GridLayer> all = GridLayers.All(session.Model.Module, session.Input);
        string? best = all.Count == 0 ? null : GridLayers.Find(session.Model.Module, session.Input).Name;
        return new(best, [.. all.Select(l => new LayerOffer(l.Name, l.ToString()))]);
    }

    /// <summary>The class that is meant: the one that was asked for, or the model's answer.</summary>
    public static int Class(StudioSession session, int? asked)
    {
        float[] scores = session.Scores;
        return HttpProblem.Check("class", asked, 0, scores.Length - 1, Array.IndexOf(scores, scores.Max()));
    }

    /// <summary>What the map is to explain: a class, two classes' difference, or a class over all pixels of a segmentation.</summary>
    public static ITarget Target(StudioSession session, CamRequest request)
    {
        int label = Class(session, request.Class);
        if (session.OutputShape.Rank == 4)
        {
            (int height, int width) = (session.OutputShape[2], session.OutputShape[3]);
            float[] all = new float[height * width];
            Array.Fill(all, 1f);
            return new MaskTarget(all, height, width, label);
        }

        return request.Against is { } against
            ? new ClassDifferenceTarget(label, HttpProblem.Check("against", against, 0, session.Scores.Length - 1))
            : new ClassTarget(label);
    }
}
