namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> WholeNumbers =>
    [
        OfEach<RoundingOp>((op, x) => op.To switch
        {
            WholeNumber.Nearest => Math.Round(x, MidpointRounding.ToEven),
            WholeNumber.Below => Math.Floor(x),
            _ => Math.Ceiling(x),
        }),
        OfEach<CastOp>((op, x) => op.Target switch
        {
            DType.Int64 => Math.Truncate(x),
            DType.UInt8 => Math.Clamp(Math.Truncate(x), 0, 255),
            DType.Bool => x != 0 ? 1 : 0,
            _ => x,
        }),
    ];
}
