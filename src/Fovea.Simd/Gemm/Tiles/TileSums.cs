using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>One operand of a step of a tile: a number for each of its rows, in every lane.</summary>
internal interface ITileRows<V>
    where V : struct
{
    /// <summary>The number of a row; the row is a constant.</summary>
    V this[int row] { get; }
}

/// <summary>Rows whose numbers lie a constant apart.</summary>
internal readonly unsafe struct PanelRows<V, T>(T* a, int stride) : ITileRows<V>
    where V : struct, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public V this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Broadcast(a[row * stride]);
    }
}

/// <summary>
/// The sums of a register tile, up to 12 rows of one or two registers. A local variable of this type lives in registers: every member is
/// inlined, each field is then a variable of its own, and those of rows and columns that the tile lacks are dropped.
/// </summary>
internal unsafe struct TileSums<V, T, TRows, TColumns>
    where V : struct, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRows : struct, ICount
    where TColumns : struct, ICount
{
    private V _left0, _right0;
    private V _left1, _right1;
    private V _left2, _right2;
    private V _left3, _right3;
    private V _left4, _right4;
    private V _left5, _right5;
    private V _left6, _right6;
    private V _left7, _right7;
    private V _left8, _right8;
    private V _left9, _right9;
    private V _left10, _right10;
    private V _left11, _right11;

    /// <summary>Adds one step: <c>sum[r, j] += a[r] · b[j]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TA>(TA a, V left, V right)
        where TA : struct, ITileRows<V>
    {
        Add(a[0], left, right, ref _left0, ref _right0);
        if (TRows.Value > 1)
        {
            Add(a[1], left, right, ref _left1, ref _right1);
        }

        if (TRows.Value > 2)
        {
            Add(a[2], left, right, ref _left2, ref _right2);
        }

        if (TRows.Value > 3)
        {
            Add(a[3], left, right, ref _left3, ref _right3);
        }

        if (TRows.Value > 4)
        {
            Add(a[4], left, right, ref _left4, ref _right4);
        }

        if (TRows.Value > 5)
        {
            Add(a[5], left, right, ref _left5, ref _right5);
        }

        if (TRows.Value > 6)
        {
            Add(a[6], left, right, ref _left6, ref _right6);
        }

        if (TRows.Value > 7)
        {
            Add(a[7], left, right, ref _left7, ref _right7);
        }

        if (TRows.Value > 8)
        {
            Add(a[8], left, right, ref _left8, ref _right8);
        }

        if (TRows.Value > 9)
        {
            Add(a[9], left, right, ref _left9, ref _right9);
        }

        if (TRows.Value > 10)
        {
            Add(a[10], left, right, ref _left10, ref _right10);
        }

        if (TRows.Value > 11)
        {
            Add(a[11], left, right, ref _left11, ref _right11);
        }
    }

    /// <summary>Writes the sums, or adds them to what is there.</summary>
    /// <param name="c">The first register of each row.</param>
    /// <param name="d">The second.</param>
    /// <param name="stride">Numbers from one row to the next.</param>
    /// <param name="adds">Whether to add.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Write(T* c, T* d, nint stride, bool adds)
    {
        Write(c, d, _left0, _right0, adds);
        if (TRows.Value > 1)
        {
            Write(c + (1 * stride), d + (1 * stride), _left1, _right1, adds);
        }

        if (TRows.Value > 2)
        {
            Write(c + (2 * stride), d + (2 * stride), _left2, _right2, adds);
        }

        if (TRows.Value > 3)
        {
            Write(c + (3 * stride), d + (3 * stride), _left3, _right3, adds);
        }

        if (TRows.Value > 4)
        {
            Write(c + (4 * stride), d + (4 * stride), _left4, _right4, adds);
        }

        if (TRows.Value > 5)
        {
            Write(c + (5 * stride), d + (5 * stride), _left5, _right5, adds);
        }

        if (TRows.Value > 6)
        {
            Write(c + (6 * stride), d + (6 * stride), _left6, _right6, adds);
        }

        if (TRows.Value > 7)
        {
            Write(c + (7 * stride), d + (7 * stride), _left7, _right7, adds);
        }

        if (TRows.Value > 8)
        {
            Write(c + (8 * stride), d + (8 * stride), _left8, _right8, adds);
        }

        if (TRows.Value > 9)
        {
            Write(c + (9 * stride), d + (9 * stride), _left9, _right9, adds);
        }

        if (TRows.Value > 10)
        {
            Write(c + (10 * stride), d + (10 * stride), _left10, _right10, adds);
        }

        if (TRows.Value > 11)
        {
            Write(c + (11 * stride), d + (11 * stride), _left11, _right11, adds);
        }
    }

    /// <summary>The sums of a row; the row is a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly (V Left, V Right) Row(int row) => row switch
    {
        0 => (_left0, _right0),
        1 => (_left1, _right1),
        2 => (_left2, _right2),
        3 => (_left3, _right3),
        4 => (_left4, _right4),
        5 => (_left5, _right5),
        6 => (_left6, _right6),
        7 => (_left7, _right7),
        8 => (_left8, _right8),
        9 => (_left9, _right9),
        10 => (_left10, _right10),
        _ => (_left11, _right11),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(V x, V b0, V b1, ref V left, ref V right)
    {
        AddProduct(ref left, x, b0);
        if (TColumns.Value > 1)
        {
            AddProduct(ref right, x, b1);
        }
    }

    // Stored where it was read, a sum is multiplied into its own register. By way of a result the JIT multiplies into the register of a factor that is not
    // needed afterwards, and moves that: seven moves to twelve multiply-adds, which processors of four or five instructions a cycle have no time for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct(ref V sum, V x, V b)
    {
        if (typeof(V) == typeof(Vec256<float>))
        {
            ref Vector256<float> to = ref Unsafe.As<V, Vector256<float>>(ref sum);
            to = Vector256.MultiplyAddEstimate(Unsafe.BitCast<V, Vector256<float>>(x), Unsafe.BitCast<V, Vector256<float>>(b), to);
        }
        else if (typeof(V) == typeof(Vec512<float>))
        {
            ref Vector512<float> to = ref Unsafe.As<V, Vector512<float>>(ref sum);
            to = Vector512.MultiplyAddEstimate(Unsafe.BitCast<V, Vector512<float>>(x), Unsafe.BitCast<V, Vector512<float>>(b), to);
        }
        else
        {
            sum = V.MultiplyAdd(x, b, sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(T* c, T* d, V left, V right, bool adds)
    {
        if (adds)
        {
            left += V.Load(c);
            right = TColumns.Value > 1 ? right + V.Load(d) : right;
        }

        left.Store(c);
        if (TColumns.Value > 1)
        {
            right.Store(d);
        }
    }
}
