using System.Reflection;

namespace Fovea.Contract.Tests.Ops;

/// <summary>A plain computation of every op in double: loops over indices and formulas, no speed, no kernels.</summary>
internal static partial class References
{
    // Every group is a private static property of this class, one file each: there is no list to add to.
    private static readonly Dictionary<Type, Func<Op, RefTensor[], RefTensor[]>> s_all = typeof(References)
        .GetProperties(BindingFlags.NonPublic | BindingFlags.Static)
        .Select(p => p.GetValue(null))
        .OfType<IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)>>()
        .SelectMany(group => group)
        .ToDictionary(r => r.Op, r => r.Run);

    public static Func<Op, RefTensor[], RefTensor[]>? Find(Type op) => s_all.GetValueOrDefault(op);

    /// <summary>Whether there is one: written here, or the op's own statement of what it is in simpler ops, which have theirs.</summary>
    public static bool Has(Type op) => Find(op) is not null || op.IsAssignableTo(typeof(IDecomposable));

    /// <summary>What an op must give for inputs in double. Outputs that mean nothing outside may be missing at the end.</summary>
    public static RefTensor[] Run(Op op, Tensor[] inputs) => Find(op.GetType()) is { } reference
        ? reference(op, [.. inputs.Select(RefTensor.Of)])
        : [.. ((IDecomposable)op).Decompose([.. inputs.Select(t => t.DType.IsFloating() ? t.Detach().To(DType.Float64) : t)]).Select(RefTensor.Of)];

    private static (Type Op, Func<Op, RefTensor[], RefTensor[]> Run) Of<TOp>(Func<TOp, RefTensor[], RefTensor> run)
        where TOp : Op => (typeof(TOp), (op, x) => [run((TOp)op, x)]);

    private static (Type Op, Func<Op, RefTensor[], RefTensor[]> Run) OfAll<TOp>(Func<TOp, RefTensor[], RefTensor[]> run)
        where TOp : Op => (typeof(TOp), (op, x) => run((TOp)op, x));

    private static (Type Op, Func<Op, RefTensor[], RefTensor[]> Run) OfEach<TOp>(Func<TOp, double, double> f)
        where TOp : Op => Of<TOp>((op, x) => x[0].Map(v => f(op, v)));
}
