namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Shaping =>
    [
        Of<ReshapeOp>((op, x) => new RefTensor([.. op.Shape.Lengths], x[0].Values)),
    ];
}
