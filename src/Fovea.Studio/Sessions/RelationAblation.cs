using Fovea.Attention;
using Fovea.Inspect;
using Fovea.Studio.Serving;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>What the answer owes to a relation, or to one head of it: something else takes its place, and the model is asked again.</summary>
internal static class RelationAblation
{
    /// <summary>Replaces the relation of a site.</summary>
    /// <exception cref="StudioProblem">The site's relation cannot be replaced, or has no such head.</exception>
    public static AblateAnswer Of(StudioSession session, AblateRequest request)
    {
        AttentionSite site = session.Site(request.Site!);
        string change = StudioProblem.Check("change", request.Change, "off", "identity", "mean");
        int? head = request.Head is { } one ? StudioProblem.Check("head", one, 0, site.Heads - 1) : null;
        using RelationIntervention intervention = RelationIntervention.Begin(site.Module, Enum.Parse<RelationChange>(change, ignoreCase: true), head);
        float[] after = session.Run(session.Input);
        if (intervention.Applied == 0)
        {
            throw StudioProblem.Wrong("site", "a softmax relation of positions, which something else can take the place of", site.Name);
        }

        string instead = change switch { "off" => "nothing", "mean" => "the mean of all", _ => "each position itself" };
        return new AblateAnswer(
            $"{instead} in the place of {(head is null ? site.Name : $"head {head} of {site.Name}")}",
            ClassScores.Changes(session.Scores, after, session.Model.Description.Classes));
    }
}
