using Fovea.Inspect;
using Fovea.Studio.Serving;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>Deletion and insertion of a method's map on a session's picture, beside maps that know nothing of the model; one map at a time.</summary>
internal sealed class FaithfulnessCurves : IDisposable
{
    private const int Steps = 32;
    private readonly StudioSession _session;
    private readonly CamRequest _request;
    private readonly int _label;
    private readonly PictureScorer _scorer;

    /// <summary>Prepares the model.</summary>
    /// <exception cref="StudioProblem">The model is no classifier, or there is no such class.</exception>
    public FaithfulnessCurves(StudioSession session, CamRequest request)
    {
        if (session.OutputShape.Rank != 2)
        {
            throw StudioProblem.Wrong("model", "a classifier, whose answer falls and rises", session.Model.Description.Task.Name);
        }

        (_session, _request) = (session, request);
        _label = Explaining.Class(session, request.Class);
        _scorer = new PictureScorer(session.Model.Module, session.Input.Shape);
    }

    /// <summary>The maps that are measured, the method first.</summary>
    public IReadOnlyList<string> Names { get; } = ["method", "random", "edges", "centre"];

    /// <summary>Measures one of them.</summary>
    public FaithfulnessCurve Measure(string name, CancellationToken cancellation)
    {
        using TensorScope scope = TensorScope.Begin();
        var target = new ClassTarget(_label);
        ScalarMap map = name switch
        {
            "random" => new RandomMap().Explain(_session.Model.Module, _session.Input, target)[0],
            "edges" => new EdgeMap().Explain(_session.Model.Module, _session.Input, target)[0],
            "centre" => new CentreMap().Explain(_session.Model.Module, _session.Input, target)[0],
            _ => Explaining.Map(_session, _request),
        };
        DeletionInsertion curves = DeletionInsertion.Of(
            _scorer, _session.Input, new ClassProbabilityTarget(_label), map, steps: Steps, cancellation: cancellation);
        return new FaithfulnessCurve(
            map.Method, curves.Deletion.Scores, curves.Insertion.Scores, curves.Deletion.Area, curves.Insertion.Area);
    }

    public void Dispose() => _scorer.Dispose();
}
