using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.TapByTap;

/// <summary>Adds the products of a tap to the outputs that it reaches: piece i is one plane.</summary>
internal unsafe struct TapSumBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public TapArea Area;
    public int OutWidth;
    public nint Plane;

    /// <summary>[plane, row of the area, column of the area].</summary>
    public T* Products;
    public T* Y;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int columns = Area.Columns;
        for (int i = from; i < to; i++)
        {
            T* sum = Y + (i * Plane) + ((nint)Area.Top * OutWidth) + Area.Left;
            T* add = Products + ((nint)i * Area.Positions);
            for (int row = 0; row < Area.Rows; row++, sum += OutWidth, add += columns)
            {
                int j = 0;
                for (; j <= columns - V.Width; j += V.Width)
                {
                    (V.Load(sum + j) + V.Load(add + j)).Store(sum + j);
                }

                if (j < columns)
                {
                    (V.LoadPartial(sum + j, columns - j) + V.LoadPartial(add + j, columns - j)).StorePartial(sum + j, columns - j);
                }
            }
        }
    }
}

/// <summary>Bias, residual and ReLU of finished sums: piece i is one plane.</summary>
internal unsafe struct TapFinishBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int Outputs;
    public nint Plane;
    public T* Y;
    public ConvEpilogue<T> Epilogue;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            V bias = V.Broadcast(Epilogue.Bias is null ? T.Zero : Epilogue.Bias[i % Outputs]);
            T* y = Y + (i * Plane);
            T* residual = Epilogue.Residual is null ? null : Epilogue.Residual + (i * Plane);
            for (nint j = 0; j < Plane; j += V.Width)
            {
                int lanes = (int)Math.Min(V.Width, Plane - j);
                V sum = V.LoadPartial(y + j, lanes) + bias;
                sum = residual is null ? sum : sum + V.LoadPartial(residual + j, lanes);
                (Epilogue.Relu ? V.Max(sum, V.Zero) : sum).StorePartial(y + j, lanes);
            }
        }
    }
}

/// <summary>Brings a rectangle of each of some planes together: piece i is one plane.</summary>
internal unsafe struct TapGatherBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Numbers from one plane and row to the next.</summary>
    public nint Plane;
    public int Width;
    public TapArea Area;

    /// <summary>Numbers from one rectangle to the next where they are brought; those beyond it become zeros.</summary>
    public int Pitch;

    /// <summary>The rectangle's first number in the first of the planes.</summary>
    public T* From;
    public T* To;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            T* row = From + (i * Plane);
            T* at = To + ((nint)i * Pitch);
            for (int r = 0; r < Area.Rows; r++, row += Width, at += Area.Columns)
            {
                StridedRows<V, T>.Exact(row, at, Area.Columns);
            }

            StridedRows<V, T>.Clear(at, Pitch - Area.Positions);
        }
    }
}

/// <summary>Lays the gradients of each tap's weights side by side: piece i is one output channel.</summary>
internal unsafe struct TapWeaveBody<T> : IRangeBody
    where T : unmanaged
{
    public int Outputs;
    public int Inputs;

    /// <summary>All taps of the kernel.</summary>
    public int Taps;

    /// <summary>Which of <see cref="Sums"/> is a tap's, or less than 0 where it reads only padding.</summary>
    public int* Places;

    /// <summary>[place, output channel, input channel].</summary>
    public T* Sums;

    /// <summary>[output channel, input channel, tap].</summary>
    public T* To;

    public readonly void Run(int from, int to)
    {
        for (int o = from; o < to; o++)
        {
            for (int t = 0; t < Taps; t++)
            {
                T* at = To + ((nint)o * Inputs * Taps) + t;
                T* sums = Places[t] < 0 ? null : Sums + ((((nint)Places[t] * Outputs) + o) * Inputs);
                for (int c = 0; c < Inputs; c++, at += Taps)
                {
                    *at = sums is null ? default : sums[c];
                }
            }
        }
    }
}
