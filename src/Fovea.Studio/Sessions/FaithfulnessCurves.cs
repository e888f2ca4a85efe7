using Fovea.Inspect;
using Fovea.Serving.Http;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>Deletion and insertion of a map of a session's picture, beside maps that know nothing of the model or alone; one at a time.</summary>
internal sealed class FaithfulnessCurves : IDisposable
{
    private const int UsualSteps = 32;
    private const int MostSteps = 64;
    private readonly PictureScorer _scorer;
    private readonly PictureFaithfulness _faithfulness;
    private readonly IReadOnlyList<ScalarMap> _maps;

    /// <summary>Prepares the model, and makes the maps.</summary>
    /// <exception cref="HttpProblem">The model is no classifier, or there is no such class or site.</exception>
    public FaithfulnessCurves(StudioSession session, CamRequest request, CancellationToken cancellation)
    {
        if (session.OutputShape.Rank != 2)
        {
            throw HttpProblem.Wrong("model", "a classifier, whose answer falls and rises", session.Model.Description.Task.Name);
        }

        int steps = HttpProblem.Check("steps", request.Steps, 1, MostSteps, UsualSteps);
        var measured = new ClassProbabilityTarget(Explaining.Class(session, request.Class));
        ScalarMap map;
        using (TensorScope.Begin())
        {
            map = Explaining.Map(session, request, cancellation);
        }

        _scorer = new PictureScorer(session.Model.Module, session.Input.Shape, Math.Max(1, steps - 1));
        _faithfulness = new PictureFaithfulness(_scorer, session.Input, measured, steps: steps);
        _maps = request.Alone == true ? [map] : [map, .. _faithfulness.Baselines];
    }

    /// <summary>How many maps are measured: the one that is asked for first, then the baselines.</summary>
    public int Count => _maps.Count;

    /// <summary>Measures one of them.</summary>
    public FaithfulnessCurve Measure(int index, CancellationToken cancellation)
    {
        using TensorScope scope = TensorScope.Begin();
        DeletionInsertion curves = _faithfulness.Of(_maps[index], cancellation);
        return new FaithfulnessCurve(
            _maps[index].Method, curves.Deletion.Scores, curves.Insertion.Scores, curves.Deletion.Area, curves.Insertion.Area);
    }

    public void Dispose() => _scorer.Dispose();
}
