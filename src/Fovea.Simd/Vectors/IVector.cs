using System.Numerics;

namespace Fovea.Simd.Vectors;

/// <summary>
/// A register of <see cref="Width"/> numbers. A kernel is written once over this trait, and the JIT makes a body of it for each
/// width: every implementation is a struct around one register, and every member is inlined to one or two instructions.
/// </summary>
/// <remarks>
/// Comparisons return masks: lanes of all ones or all zeros, to be used with <see cref="Select"/> and the bitwise operators only.
/// <see cref="Max"/> and <see cref="Min"/> return NaN if either operand is NaN, on every machine.
/// </remarks>
/// <typeparam name="TSelf">The implementing struct.</typeparam>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public unsafe interface IVector<TSelf, T>
    where TSelf : struct, IVector<TSelf, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Numbers in one register.</summary>
    static abstract int Width { get; }

    /// <summary>A register of zeros.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>A register that holds <paramref name="value"/> in every lane.</summary>
    static abstract TSelf Broadcast(T value);

    /// <summary>A mask that is set in the first <paramref name="count"/> lanes (0 to Width).</summary>
    static abstract TSelf FirstLanes(int count);

    /// <summary>Reads <see cref="Width"/> numbers; no alignment is required.</summary>
    static abstract TSelf Load(T* from);

    /// <summary>Reads the first <paramref name="count"/> numbers (0 to Width); the other lanes are zero and their memory is not touched.</summary>
    static abstract TSelf LoadPartial(T* from, int count);

    /// <summary>Writes <see cref="Width"/> numbers; no alignment is required.</summary>
    void Store(T* to);

    /// <summary>
    /// Writes <see cref="Width"/> numbers to an address that is a multiple of the register's bytes, past the caches: for results that are
    /// too large to be found there again. Other threads see them after <see cref="Drivers.StreamingStores.Finish"/> only.
    /// </summary>
    void StoreStreaming(T* to);

    /// <summary>Writes the first <paramref name="count"/> numbers (0 to Width) and touches no other memory.</summary>
    void StorePartial(T* to, int count);

    /// <summary>Lane-wise sum.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>Lane-wise difference.</summary>
    static abstract TSelf operator -(TSelf a, TSelf b);

    /// <summary>Lane-wise product.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);

    /// <summary>Lane-wise quotient.</summary>
    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>Lane-wise negation.</summary>
    static abstract TSelf operator -(TSelf a);

    /// <summary>Bitwise and.</summary>
    static abstract TSelf operator &(TSelf a, TSelf b);

    /// <summary>Bitwise or.</summary>
    static abstract TSelf operator |(TSelf a, TSelf b);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TSelf operator ^(TSelf a, TSelf b);

    /// <summary><c>a * b + c</c>, rounded once where the machine has FMA and in the scalar lane; see <see cref="VectorInfo.HasFusedMultiplyAdd"/>.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>Lane-wise maximum; NaN wins; of zeros of both signs, either.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>Lane-wise minimum; NaN wins; of zeros of both signs, either.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>
    /// Lane-wise maximum by the machine's cheapest instruction. A NaN in <paramref name="b"/> is kept; with a NaN in
    /// <paramref name="a"/> alone the result is NaN or b. So <c>MaxFast(limit, x)</c> keeps the NaN of data.
    /// </summary>
    static abstract TSelf MaxFast(TSelf a, TSelf b);

    /// <summary>Lane-wise minimum by the machine's cheapest instruction; NaN as in <see cref="MaxFast"/>.</summary>
    static abstract TSelf MinFast(TSelf a, TSelf b);

    /// <summary>Lane-wise absolute value.</summary>
    static abstract TSelf Abs(TSelf a);

    /// <summary>Lane-wise square root, correctly rounded.</summary>
    static abstract TSelf Sqrt(TSelf a);

    /// <summary>Rounds to the nearest whole number, ties to even.</summary>
    static abstract TSelf Round(TSelf a);

    /// <summary>Mask of <c>a &gt; b</c> (false where either is NaN).</summary>
    static abstract TSelf GreaterThan(TSelf a, TSelf b);

    /// <summary>Mask of <c>a &gt;= b</c> (false where either is NaN).</summary>
    static abstract TSelf GreaterThanOrEqual(TSelf a, TSelf b);

    /// <summary>Mask of <c>a == b</c> (false where either is NaN, so <c>Equal(a, a)</c> finds the NaNs).</summary>
    static abstract TSelf Equal(TSelf a, TSelf b);

    /// <summary>Takes <paramref name="whenSet"/> where the mask is set and <paramref name="otherwise"/> elsewhere.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenSet, TSelf otherwise);

    /// <summary>
    /// <c>2^n</c> for whole numbers n within the normal exponents of <typeparamref name="T"/> (−126…127 for float, −1022…1023 for
    /// double), made by writing the exponent bits.
    /// </summary>
    static abstract TSelf PowerOfTwo(TSelf n);

    /// <summary>
    /// <c>a * 2^n</c> for whole numbers n of at most twice the normal exponents (|n| ≤ 252 for float, ≤ 2044 for double) and a near 1:
    /// rounded once, also where the result is subnormal; infinite where it overflows.
    /// </summary>
    static abstract TSelf Scale(TSelf a, TSelf n);

    /// <summary>The exponent of positive normal numbers, <c>⌊log2 a⌋</c>, read from the exponent bits.</summary>
    static abstract TSelf Exponent(TSelf a);

    /// <summary>Lanes 0, 2, 4 … of <paramref name="a"/> followed by those of <paramref name="b"/>.</summary>
    static abstract TSelf Even(TSelf a, TSelf b);

    /// <summary>Lanes 1, 3, 5 … of <paramref name="a"/> followed by those of <paramref name="b"/>.</summary>
    static abstract TSelf Odd(TSelf a, TSelf b);

    /// <summary>Writes the first <paramref name="count"/> lanes (0 to Width), whole numbers within the range of int, as integers.</summary>
    void StoreIntegers(int* to, int count);

    /// <summary>The sum of the lanes, halves added to halves: the order does not depend on anything but the width.</summary>
    static abstract T Sum(TSelf a);

    /// <summary>The largest lane; NaN wins.</summary>
    static abstract T MaxAcross(TSelf a);

    /// <summary>The sign bits of the lanes, lane 0 lowest: which lanes of a mask are set.</summary>
    static abstract uint SetLanes(TSelf mask);
}
