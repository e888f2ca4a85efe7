namespace Fovea.Io;

/// <summary>
/// Fills a model with weights, as far as it may differ from them: takes what fits, adapts what can be (input channels, position embeddings),
/// leaves fresh what is new (a classifier for other classes, a mechanism in a pretrained backbone, the decoder around an encoder), and says so.
/// </summary>
public static class WeightsFitter
{
    // Below this share of the backbone it is chance that some names agree.
    private const double LeastShare = 0.5;

    /// <summary>Fits weights to a model and loads them. Nothing is changed when they do not fit.</summary>
    /// <param name="module">The model, with the first values of what may start fresh.</param>
    /// <param name="weights">The weights under the model's names; see <see cref="Importer.TranslateOrKeep"/>.</param>
    /// <param name="options">What may come from elsewhere.</param>
    /// <returns>What became of each tensor.</returns>
    /// <exception cref="WeightsMismatchException">The weights are of another model, or too little of them fits.</exception>
    public static FitReport Fit(Module module, ImportResult weights, FitOptions options)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(options);
        FitPlan plan = FitPlan.Of(module, weights.Tensors);
        Demand(plan, weights.Tensors, options with { Title = options.Title ?? module.GetType().Name });
        var adapted = new List<Adaptation>();
        Dictionary<string, Tensor> state = plan.Taken.ToDictionary(n => n, n => plan.State[n]);
        foreach ((string name, IShapeRule rule) in plan.Adapted)
        {
            (state[name], string how) = rule.Adapt(plan.State[name], plan.Model.Shapes[name]);
            adapted.Add(new Adaptation(name, plan.State[name].Shape, plan.Model.Shapes[name], how));
        }

        foreach ((string name, Tensor counter) in StateDict.Of(module).Where(t => ModelOutline.IsCounter(t.Key)))
        {
            if (plan.State.TryGetValue(name, out Tensor? value) && value.Shape == counter.Shape)
            {
                state[name] = value;
            }
        }

        HashSet<string> fresh = [.. plan.Fresh, .. plan.Missing];
        bool isOptional(string name) => ModelOutline.IsCounter(name) || fresh.Contains(name);
        if (options.MayMove)
        {
            StateDict.Move(module, state, isOptional);
        }
        else
        {
            StateDict.Load(module, state, isOptional);
        }

        return new FitReport
        {
            Source = weights.Source,
            Origin = weights.Origin,
            Implied = weights.Options,
            Part = plan.Part,
            Taken = plan.Taken,
            Adapted = adapted,
            Fresh = [.. plan.Fresh, .. plan.Missing],
            Unused = plan.Unused,
        };
    }

    private static void Demand(FitPlan plan, IReadOnlyDictionary<string, Tensor> tensors, FitOptions options)
    {
        bool fits = plan.Misshapen.Count == 0 && options.Mode switch
        {
            FitMode.Exact => plan.Adapted.Count + plan.Fresh.Count + plan.Missing.Count + plan.Unused.Count == 0,
            FitMode.Complete => plan.Fresh.Count + plan.Missing.Count + plan.Unused.Count == 0,

            // A smaller network's names are often a larger one's too, so that what is left over tells as much as what is missing.
            _ => plan.Missing.Count == 0 && (plan.IsPart || plan.Unused.Count == 0)
                || (plan.Share >= LeastShare && (plan.IsPart || !FitErrors.IsOther(tensors, options))),
        };
        if (!fits || plan.Taken.Count + plan.Adapted.Count == 0)
        {
            throw FitErrors.Mismatch(plan, tensors, options);
        }
    }
}
