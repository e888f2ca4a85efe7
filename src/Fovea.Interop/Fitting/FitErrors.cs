namespace Fovea.Io;

/// <summary>The words of errors about weights that do not fit a model.</summary>
internal static class FitErrors
{
    private const int Shown = 3;

    /// <summary>Whether the weights are known to be of another model than the one that was built.</summary>
    public static bool IsOther(IReadOnlyDictionary<string, Tensor> tensors, FitOptions options) =>
        KnownAs(tensors, options) is { } known && Plain(known) != Plain(options.Title!);

    /// <summary>What the weights are, before what does not fit.</summary>
    public static WeightsMismatchException Mismatch(FitPlan plan, IReadOnlyDictionary<string, Tensor> tensors, FitOptions options)
    {
        string? known = KnownAs(tensors, options);
        string first = known is not null && known != options.Title
            ? $"these weights are {known}, you built {options.Title}: {Advice(plan, known, options)}."
            : IsHeadless(plan) && options.Mode == FitMode.Complete
            ? $"these weights are {options.Title} without its classifier: give it one with fovea train --weights."
            : $"the weights do not fit {options.Title}{(options.Mode == FitMode.Exact ? " exactly, as --strict demands" : string.Empty)}{Mechanism(plan)}.";
        string[] details =
        [
            $"{plan.Taken.Count + plan.Adapted.Count} of {plan.Model.Shapes.Count} tensors fit",
            .. Part("of another shape", plan.Misshapen),
            .. Part("missing", plan.Missing),
            .. options.Mode == FitMode.Start ? [] : Part("not in the weights", plan.Fresh),
            .. options.Mode == FitMode.Exact ? Part("adapted", [.. plan.Adapted.Select(a => a.Name)]) : [],
            .. options.Mode == FitMode.Start && plan.Misshapen.Count + plan.Missing.Count > 0 ? [] : Part("left over", plan.Unused),
        ];
        return new WeightsMismatchException($"{first} {string.Join("; ", details)}.");
    }

    private static bool IsHeadless(FitPlan plan) =>
        plan.Misshapen.Count + plan.Missing.Count + plan.Unused.Count == 0 && plan.Fresh.Count > 0 && plan.Fresh.All(plan.Model.IsHead);

    // A mechanism that neither names nor shapes tell apart from others.
    private static string Mechanism(FitPlan plan) =>
        plan.Unused.Any(n => n.Contains("attention", StringComparison.Ordinal)) ? "; they have a mechanism in it, which --attention names" : string.Empty;

    private static string Advice(FitPlan plan, string known, FitOptions options) =>
        options.Mode == FitMode.Complete && Plain(known) == Plain(options.Title!) && plan.Fresh.Count > 0
            ? $"add --model {known}, or train what they lack first, with fovea train --weights"
            : $"add --model {known}";

    private static string? KnownAs(IReadOnlyDictionary<string, Tensor> tensors, FitOptions options) =>
        options.Described ?? ModelRecognizer.Recognize(tensors)?.Title;

    private static string Plain(string title) => Models.ModelCatalog.Split(title).Model;

    private static IEnumerable<string> Part(string what, IReadOnlyCollection<string> names)
    {
        if (names.Count > 0)
        {
            yield return $"{what}: {string.Join(", ", names.Take(Shown))}{(names.Count > Shown ? $" and {names.Count - Shown} more" : string.Empty)}";
        }
    }
}
