;; Sums of samples slot by slot, straight from the bytes of das2 packets.
;;
;; A slot is one value of a packet: one item of a table plane, or one y plane; neighbouring slots have the same
;; value type. `packets` packets of `stride` bytes lie back to back in memory; `input` points to slot 0 of the
;; first. The state of the slots is a set of arrays of binary64, `pitch` bytes apart:
;;
;;   state + 0*pitch   lo     least value that is fill      (das2-stream A9)
;;   state + 1*pitch   hi     greatest value that is fill
;;   state + 2*pitch   sum    of the good samples
;;   state + 3*pitch   count  of the good samples
;;   state + 4*pitch   low    least good sample
;;   state + 5*pitch   high   greatest good sample
;;   state + 6*pitch   seen     number of good samples,
;;   state + 7*pitch   mean     their running mean and
;;   state + 8*pitch   squares  sum of squared distances from it (Welford's recurrence)
;;
;; A sample v is good when v < lo or v > hi; both are false for NaN. What is not good is added as +0, which changes
;; no bit, since a sum that began at +0 never becomes -0. Each sum takes its samples in the order of the packets,
;; in binary64: the result equals that of a plain loop to the last bit.
;;
;; `addFour...` add the same samples to four sums at once, those of wider bins; their `sums` are arrays as those of the state.
;;
;; `addWeighted...` add samples that are averages, each with the real8 at `counts` that says of how many: sum of v*n, count of n. What has
;; no n above 0 is not good.
;;
;; To add and to bound, a fill value is first made NaN (all bits set): pmin and pmax then keep what they had, and v = v
;; tells what is good. Samples that are real4 are compared as such, four at a time, which changes nothing: lo and hi
;; of their slots are values of real4 too, and so is every least and greatest sample.
;;
;; Slots are taken four (real4) or two (real8) at a time, so input is read up to 12 bytes behind the last slot
;; and every array holds a multiple of four slots; what is computed in the surplus is never looked at.
;; `order` points to 16 bytes that say from which byte of the input each byte of a little-endian vector comes.
(module
  (import "heliostream" "memory" (memory 1))

  ;; sum += v and count += 1 for every good real4
  (func (export "addReal4")
    (param $input i32) (param $stride i32) (param $packets i32) (param $slots i32)
    (param $state i32) (param $pitch i32) (param $order i32)
    (local $swap v128) (local $lo v128) (local $hi v128) (local $v v128) (local $good v128) (local $taken v128)
    (local $sumA v128) (local $sumB v128)
    (local $at i32) (local $left i32) (local $hiAt i32) (local $sumAt i32) (local $countAt i32)
    (local.set $swap (v128.load (local.get $order)))
    (loop $nextSlots
      (local.set $hiAt (i32.add (local.get $state) (local.get $pitch)))
      (local.set $sumAt (i32.add (local.get $hiAt) (local.get $pitch)))
      (local.set $countAt (i32.add (local.get $sumAt) (local.get $pitch)))
      (local.set $lo (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.load (local.get $state)))
        (f32x4.demote_f64x2_zero (v128.load offset=16 (local.get $state)))))
      (local.set $hi (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.load (local.get $hiAt)))
        (f32x4.demote_f64x2_zero (v128.load offset=16 (local.get $hiAt)))))
      (local.set $sumA (v128.load (local.get $sumAt)))
      (local.set $sumB (v128.load offset=16 (local.get $sumAt)))
      (local.set $taken (v128.const i32x4 0 0 0 0))
      (local.set $at (local.get $input))
      (local.set $left (local.get $packets))
      (loop $nextPacket
        (local.set $v (i8x16.swizzle (v128.load (local.get $at)) (local.get $swap)))
        (local.set $v (v128.or (local.get $v) (v128.and
          (f32x4.ge (local.get $v) (local.get $lo)) (f32x4.le (local.get $v) (local.get $hi)))))
        (local.set $good (f32x4.eq (local.get $v) (local.get $v)))
        (local.set $v (v128.and (local.get $v) (local.get $good)))
        (local.set $sumA (f64x2.add (local.get $sumA) (f64x2.promote_low_f32x4 (local.get $v))))
        (local.set $sumB (f64x2.add (local.get $sumB) (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $v) (local.get $v)))))
        (local.set $taken (i32x4.sub (local.get $taken) (local.get $good)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (br_if $nextPacket (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $sumAt) (local.get $sumA))
      (v128.store offset=16 (local.get $sumAt) (local.get $sumB))
      (v128.store (local.get $countAt) (f64x2.add (v128.load (local.get $countAt))
        (f64x2.convert_low_i32x4_s (local.get $taken))))
      (v128.store offset=16 (local.get $countAt) (f64x2.add (v128.load offset=16 (local.get $countAt))
        (f64x2.convert_low_i32x4_s (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
          (local.get $taken) (local.get $taken)))))
      (local.set $state (i32.add (local.get $state) (i32.const 32)))
      (local.set $input (i32.add (local.get $input) (i32.const 16)))
      (br_if $nextSlots
        (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 4))) (i32.const 0)))))

  ;; sum += v and count += 1 for every good real4; also low = min(low, v) and high = max(high, v)
  (func (export "addAndBoundReal4")
    (param $input i32) (param $stride i32) (param $packets i32) (param $slots i32)
    (param $state i32) (param $pitch i32) (param $order i32)
    (local $swap v128) (local $lo v128) (local $hi v128) (local $v v128) (local $good v128) (local $taken v128)
    (local $sumA v128) (local $sumB v128) (local $low v128) (local $high v128)
    (local $at i32) (local $left i32) (local $hiAt i32) (local $sumAt i32) (local $countAt i32)
    (local $lowAt i32) (local $highAt i32)
    (local.set $swap (v128.load (local.get $order)))
    (loop $nextSlots
      (local.set $hiAt (i32.add (local.get $state) (local.get $pitch)))
      (local.set $sumAt (i32.add (local.get $hiAt) (local.get $pitch)))
      (local.set $countAt (i32.add (local.get $sumAt) (local.get $pitch)))
      (local.set $lowAt (i32.add (local.get $countAt) (local.get $pitch)))
      (local.set $highAt (i32.add (local.get $lowAt) (local.get $pitch)))
      (local.set $lo (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.load (local.get $state)))
        (f32x4.demote_f64x2_zero (v128.load offset=16 (local.get $state)))))
      (local.set $hi (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.load (local.get $hiAt)))
        (f32x4.demote_f64x2_zero (v128.load offset=16 (local.get $hiAt)))))
      (local.set $low (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.load (local.get $lowAt)))
        (f32x4.demote_f64x2_zero (v128.load offset=16 (local.get $lowAt)))))
      (local.set $high (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.load (local.get $highAt)))
        (f32x4.demote_f64x2_zero (v128.load offset=16 (local.get $highAt)))))
      (local.set $sumA (v128.load (local.get $sumAt)))
      (local.set $sumB (v128.load offset=16 (local.get $sumAt)))
      (local.set $taken (v128.const i32x4 0 0 0 0))
      (local.set $at (local.get $input))
      (local.set $left (local.get $packets))
      (loop $nextPacket
        (local.set $v (i8x16.swizzle (v128.load (local.get $at)) (local.get $swap)))
        (local.set $v (v128.or (local.get $v) (v128.and
          (f32x4.ge (local.get $v) (local.get $lo)) (f32x4.le (local.get $v) (local.get $hi)))))
        (local.set $low (f32x4.pmin (local.get $low) (local.get $v)))
        (local.set $high (f32x4.pmax (local.get $high) (local.get $v)))
        (local.set $good (f32x4.eq (local.get $v) (local.get $v)))
        (local.set $v (v128.and (local.get $v) (local.get $good)))
        (local.set $sumA (f64x2.add (local.get $sumA) (f64x2.promote_low_f32x4 (local.get $v))))
        (local.set $sumB (f64x2.add (local.get $sumB) (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $v) (local.get $v)))))
        (local.set $taken (i32x4.sub (local.get $taken) (local.get $good)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (br_if $nextPacket (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $sumAt) (local.get $sumA))
      (v128.store offset=16 (local.get $sumAt) (local.get $sumB))
      (v128.store (local.get $countAt) (f64x2.add (v128.load (local.get $countAt))
        (f64x2.convert_low_i32x4_s (local.get $taken))))
      (v128.store offset=16 (local.get $countAt) (f64x2.add (v128.load offset=16 (local.get $countAt))
        (f64x2.convert_low_i32x4_s (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
          (local.get $taken) (local.get $taken)))))
      (v128.store (local.get $lowAt) (f64x2.promote_low_f32x4 (local.get $low)))
      (v128.store offset=16 (local.get $lowAt) (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $low) (local.get $low))))
      (v128.store (local.get $highAt) (f64x2.promote_low_f32x4 (local.get $high)))
      (v128.store offset=16 (local.get $highAt) (f64x2.promote_low_f32x4
        (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $high) (local.get $high))))
      (local.set $state (i32.add (local.get $state) (i32.const 32)))
      (local.set $input (i32.add (local.get $input) (i32.const 16)))
      (br_if $nextSlots
        (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 4))) (i32.const 0)))))

  ;; Welford: d = v - mean; seen += 1; mean += d/seen; squares += d*(v - mean), for every good real4
  (func (export "scatterReal4")
    (param $input i32) (param $stride i32) (param $packets i32) (param $slots i32)
    (param $state i32) (param $pitch i32) (param $order i32)
    (local $swap v128) (local $one v128) (local $raw v128)
    (local $a v128) (local $loA v128) (local $hiA v128) (local $seenA v128) (local $meanA v128)
    (local $squaresA v128) (local $dA v128) (local $goodA v128)
    (local $b v128) (local $loB v128) (local $hiB v128) (local $seenB v128) (local $meanB v128)
    (local $squaresB v128) (local $dB v128) (local $goodB v128)
    (local $at i32) (local $left i32) (local $hi i32) (local $seen i32) (local $mean i32) (local $squares i32)
    (local.set $swap (v128.load (local.get $order)))
    (local.set $one (v128.const f64x2 1 1))
    (loop $nextSlots
      (local.set $hi (i32.add (local.get $state) (local.get $pitch)))
      (local.set $seen (i32.add (local.get $state) (i32.mul (local.get $pitch) (i32.const 6))))
      (local.set $mean (i32.add (local.get $seen) (local.get $pitch)))
      (local.set $squares (i32.add (local.get $mean) (local.get $pitch)))
      (local.set $loA (v128.load (local.get $state)))
      (local.set $loB (v128.load offset=16 (local.get $state)))
      (local.set $hiA (v128.load (local.get $hi)))
      (local.set $hiB (v128.load offset=16 (local.get $hi)))
      (local.set $seenA (v128.load (local.get $seen)))
      (local.set $seenB (v128.load offset=16 (local.get $seen)))
      (local.set $meanA (v128.load (local.get $mean)))
      (local.set $meanB (v128.load offset=16 (local.get $mean)))
      (local.set $squaresA (v128.load (local.get $squares)))
      (local.set $squaresB (v128.load offset=16 (local.get $squares)))
      (local.set $at (local.get $input))
      (local.set $left (local.get $packets))
      (loop $nextPacket
        (local.set $raw (i8x16.swizzle (v128.load (local.get $at)) (local.get $swap)))
        (local.set $a (f64x2.promote_low_f32x4 (local.get $raw)))
        (local.set $b (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $raw) (local.get $raw))))
        (local.set $goodA (v128.or
          (f64x2.lt (local.get $a) (local.get $loA)) (f64x2.gt (local.get $a) (local.get $hiA))))
        (local.set $dA (f64x2.sub (local.get $a) (local.get $meanA)))
        (local.set $seenA (f64x2.add (local.get $seenA) (v128.and (local.get $one) (local.get $goodA))))
        (local.set $meanA (v128.bitselect
          (f64x2.add (local.get $meanA) (f64x2.div (local.get $dA) (local.get $seenA)))
          (local.get $meanA) (local.get $goodA)))
        (local.set $squaresA (v128.bitselect
          (f64x2.add (local.get $squaresA)
            (f64x2.mul (local.get $dA) (f64x2.sub (local.get $a) (local.get $meanA))))
          (local.get $squaresA) (local.get $goodA)))
        (local.set $goodB (v128.or
          (f64x2.lt (local.get $b) (local.get $loB)) (f64x2.gt (local.get $b) (local.get $hiB))))
        (local.set $dB (f64x2.sub (local.get $b) (local.get $meanB)))
        (local.set $seenB (f64x2.add (local.get $seenB) (v128.and (local.get $one) (local.get $goodB))))
        (local.set $meanB (v128.bitselect
          (f64x2.add (local.get $meanB) (f64x2.div (local.get $dB) (local.get $seenB)))
          (local.get $meanB) (local.get $goodB)))
        (local.set $squaresB (v128.bitselect
          (f64x2.add (local.get $squaresB)
            (f64x2.mul (local.get $dB) (f64x2.sub (local.get $b) (local.get $meanB))))
          (local.get $squaresB) (local.get $goodB)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (br_if $nextPacket (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $seen) (local.get $seenA))
      (v128.store offset=16 (local.get $seen) (local.get $seenB))
      (v128.store (local.get $mean) (local.get $meanA))
      (v128.store offset=16 (local.get $mean) (local.get $meanB))
      (v128.store (local.get $squares) (local.get $squaresA))
      (v128.store offset=16 (local.get $squares) (local.get $squaresB))
      (local.set $state (i32.add (local.get $state) (i32.const 32)))
      (local.set $input (i32.add (local.get $input) (i32.const 16)))
      (br_if $nextSlots
        (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 4))) (i32.const 0)))))

  ;; sum += v and count += 1 for every good real8
  (func (export "addReal8")
    (param $input i32) (param $stride i32) (param $packets i32) (param $slots i32)
    (param $state i32) (param $pitch i32) (param $order i32)
    (local $swap v128) (local $one v128) (local $lo v128) (local $hi v128) (local $v v128) (local $good v128)
    (local $sum v128) (local $count v128)
    (local $at i32) (local $left i32) (local $hiAt i32) (local $sumAt i32) (local $countAt i32)
    (local.set $swap (v128.load (local.get $order)))
    (local.set $one (v128.const f64x2 1 1))
    (loop $nextSlots
      (local.set $hiAt (i32.add (local.get $state) (local.get $pitch)))
      (local.set $sumAt (i32.add (local.get $hiAt) (local.get $pitch)))
      (local.set $countAt (i32.add (local.get $sumAt) (local.get $pitch)))
      (local.set $lo (v128.load (local.get $state)))
      (local.set $hi (v128.load (local.get $hiAt)))
      (local.set $sum (v128.load (local.get $sumAt)))
      (local.set $count (v128.load (local.get $countAt)))
      (local.set $at (local.get $input))
      (local.set $left (local.get $packets))
      (loop $nextPacket
        (local.set $v (i8x16.swizzle (v128.load (local.get $at)) (local.get $swap)))
        (local.set $v (v128.or (local.get $v) (v128.and
          (f64x2.ge (local.get $v) (local.get $lo)) (f64x2.le (local.get $v) (local.get $hi)))))
        (local.set $good (f64x2.eq (local.get $v) (local.get $v)))
        (local.set $sum (f64x2.add (local.get $sum) (v128.and (local.get $v) (local.get $good))))
        (local.set $count (f64x2.add (local.get $count) (v128.and (local.get $one) (local.get $good))))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (br_if $nextPacket (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $sumAt) (local.get $sum))
      (v128.store (local.get $countAt) (local.get $count))
      (local.set $state (i32.add (local.get $state) (i32.const 16)))
      (local.set $input (i32.add (local.get $input) (i32.const 16)))
      (br_if $nextSlots
        (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 2))) (i32.const 0)))))

  ;; sum += v and count += 1 for every good real8; also low = min(low, v) and high = max(high, v)
  (func (export "addAndBoundReal8")
    (param $input i32) (param $stride i32) (param $packets i32) (param $slots i32)
    (param $state i32) (param $pitch i32) (param $order i32)
    (local $swap v128) (local $one v128) (local $lo v128) (local $hi v128) (local $v v128) (local $good v128)
    (local $sum v128) (local $count v128) (local $low v128) (local $high v128)
    (local $at i32) (local $left i32) (local $hiAt i32) (local $sumAt i32) (local $countAt i32)
    (local $lowAt i32) (local $highAt i32)
    (local.set $swap (v128.load (local.get $order)))
    (local.set $one (v128.const f64x2 1 1))
    (loop $nextSlots
      (local.set $hiAt (i32.add (local.get $state) (local.get $pitch)))
      (local.set $sumAt (i32.add (local.get $hiAt) (local.get $pitch)))
      (local.set $countAt (i32.add (local.get $sumAt) (local.get $pitch)))
      (local.set $lowAt (i32.add (local.get $countAt) (local.get $pitch)))
      (local.set $highAt (i32.add (local.get $lowAt) (local.get $pitch)))
      (local.set $lo (v128.load (local.get $state)))
      (local.set $hi (v128.load (local.get $hiAt)))
      (local.set $sum (v128.load (local.get $sumAt)))
      (local.set $count (v128.load (local.get $countAt)))
      (local.set $low (v128.load (local.get $lowAt)))
      (local.set $high (v128.load (local.get $highAt)))
      (local.set $at (local.get $input))
      (local.set $left (local.get $packets))
      (loop $nextPacket
        (local.set $v (i8x16.swizzle (v128.load (local.get $at)) (local.get $swap)))
        (local.set $v (v128.or (local.get $v) (v128.and
          (f64x2.ge (local.get $v) (local.get $lo)) (f64x2.le (local.get $v) (local.get $hi)))))
        (local.set $low (f64x2.pmin (local.get $low) (local.get $v)))
        (local.set $high (f64x2.pmax (local.get $high) (local.get $v)))
        (local.set $good (f64x2.eq (local.get $v) (local.get $v)))
        (local.set $sum (f64x2.add (local.get $sum) (v128.and (local.get $v) (local.get $good))))
        (local.set $count (f64x2.add (local.get $count) (v128.and (local.get $one) (local.get $good))))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (br_if $nextPacket (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $sumAt) (local.get $sum))
      (v128.store (local.get $countAt) (local.get $count))
      (v128.store (local.get $lowAt) (local.get $low))
      (v128.store (local.get $highAt) (local.get $high))
      (local.set $state (i32.add (local.get $state) (i32.const 16)))
      (local.set $input (i32.add (local.get $input) (i32.const 16)))
      (br_if $nextSlots
        (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 2))) (i32.const 0)))))

  ;; Welford: d = v - mean; seen += 1; mean += d/seen; squares += d*(v - mean), for every good real8
  (func (export "scatterReal8")
    (param $input i32) (param $stride i32) (param $packets i32) (param $slots i32)
    (param $state i32) (param $pitch i32) (param $order i32)
    (local $swap v128) (local $one v128)
    (local $a v128) (local $loA v128) (local $hiA v128) (local $seenA v128) (local $meanA v128)
    (local $squaresA v128) (local $dA v128) (local $goodA v128)
    (local $at i32) (local $left i32) (local $hi i32) (local $seen i32) (local $mean i32) (local $squares i32)
    (local.set $swap (v128.load (local.get $order)))
    (local.set $one (v128.const f64x2 1 1))
    (loop $nextSlots
      (local.set $hi (i32.add (local.get $state) (local.get $pitch)))
      (local.set $seen (i32.add (local.get $state) (i32.mul (local.get $pitch) (i32.const 6))))
      (local.set $mean (i32.add (local.get $seen) (local.get $pitch)))
      (local.set $squares (i32.add (local.get $mean) (local.get $pitch)))
      (local.set $loA (v128.load (local.get $state)))
      (local.set $hiA (v128.load (local.get $hi)))
      (local.set $seenA (v128.load (local.get $seen)))
      (local.set $meanA (v128.load (local.get $mean)))
      (local.set $squaresA (v128.load (local.get $squares)))
      (local.set $at (local.get $input))
      (local.set $left (local.get $packets))
      (loop $nextPacket
        (local.set $a (i8x16.swizzle (v128.load (local.get $at)) (local.get $swap)))
        (local.set $goodA (v128.or
          (f64x2.lt (local.get $a) (local.get $loA)) (f64x2.gt (local.get $a) (local.get $hiA))))
        (local.set $dA (f64x2.sub (local.get $a) (local.get $meanA)))
        (local.set $seenA (f64x2.add (local.get $seenA) (v128.and (local.get $one) (local.get $goodA))))
        (local.set $meanA (v128.bitselect
          (f64x2.add (local.get $meanA) (f64x2.div (local.get $dA) (local.get $seenA)))
          (local.get $meanA) (local.get $goodA)))
        (local.set $squaresA (v128.bitselect
          (f64x2.add (local.get $squaresA)
            (f64x2.mul (local.get $dA) (f64x2.sub (local.get $a) (local.get $meanA))))
          (local.get $squaresA) (local.get $goodA)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (br_if $nextPacket (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $seen) (local.get $seenA))
      (v128.store (local.get $mean) (local.get $meanA))
      (v128.store (local.get $squares) (local.get $squaresA))
      (local.set $state (i32.add (local.get $state) (i32.const 16)))
      (local.set $input (i32.add (local.get $input) (i32.const 16)))
      (br_if $nextSlots
        (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 2))) (i32.const 0)))))

  ;; sum += v*n and count += n for every good real4 v with a number n above 0
  (func (export "addWeightedReal4")
    (param $means i32) (param $counts i32) (param $stride i32) (param $packets i32) (param $slots i32)
    (param $state i32) (param $pitch i32) (param $order i32) (param $countOrder i32)
    (local $swap v128) (local $swapCount v128) (local $v v128) (local $n v128) (local $good v128)
    (local $vAt i32) (local $nAt i32) (local $left i32)
    (local $loAt i32) (local $hiAt i32) (local $sumAt i32) (local $countAt i32)
    (local.set $swap (v128.load (local.get $order)))
    (local.set $swapCount (v128.load (local.get $countOrder)))
    (loop $nextPacket
      (local.set $vAt (local.get $means))
      (local.set $nAt (local.get $counts))
      (local.set $loAt (local.get $state))
      (local.set $hiAt (i32.add (local.get $loAt) (local.get $pitch)))
      (local.set $sumAt (i32.add (local.get $hiAt) (local.get $pitch)))
      (local.set $countAt (i32.add (local.get $sumAt) (local.get $pitch)))
      (local.set $left (local.get $slots))
      (loop $nextSlots
        (local.set $v (f64x2.promote_low_f32x4 (i8x16.swizzle (v128.load64_zero (local.get $vAt)) (local.get $swap))))
        (local.set $n (i8x16.swizzle (v128.load (local.get $nAt)) (local.get $swapCount)))
        (local.set $good (v128.and
          (f64x2.gt (local.get $n) (v128.const f64x2 0 0))
          (v128.or
            (f64x2.lt (local.get $v) (v128.load (local.get $loAt)))
            (f64x2.gt (local.get $v) (v128.load (local.get $hiAt))))))
        (v128.store (local.get $sumAt) (f64x2.add (v128.load (local.get $sumAt))
          (v128.and (f64x2.mul (local.get $v) (local.get $n)) (local.get $good))))
        (v128.store (local.get $countAt) (f64x2.add (v128.load (local.get $countAt))
          (v128.and (local.get $n) (local.get $good))))
        (local.set $vAt (i32.add (local.get $vAt) (i32.const 8)))
        (local.set $nAt (i32.add (local.get $nAt) (i32.const 16)))
        (local.set $loAt (i32.add (local.get $loAt) (i32.const 16)))
        (local.set $hiAt (i32.add (local.get $hiAt) (i32.const 16)))
        (local.set $sumAt (i32.add (local.get $sumAt) (i32.const 16)))
        (local.set $countAt (i32.add (local.get $countAt) (i32.const 16)))
        (br_if $nextSlots
          (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 2))) (i32.const 0))))
      (local.set $means (i32.add (local.get $means) (local.get $stride)))
      (local.set $counts (i32.add (local.get $counts) (local.get $stride)))
      (br_if $nextPacket (local.tee $packets (i32.sub (local.get $packets) (i32.const 1))))))

  ;; sum += v*n and count += n for every good real8 v with a number n above 0
  (func (export "addWeightedReal8")
    (param $means i32) (param $counts i32) (param $stride i32) (param $packets i32) (param $slots i32)
    (param $state i32) (param $pitch i32) (param $order i32) (param $countOrder i32)
    (local $swap v128) (local $swapCount v128) (local $v v128) (local $n v128) (local $good v128)
    (local $vAt i32) (local $nAt i32) (local $left i32)
    (local $loAt i32) (local $hiAt i32) (local $sumAt i32) (local $countAt i32)
    (local.set $swap (v128.load (local.get $order)))
    (local.set $swapCount (v128.load (local.get $countOrder)))
    (loop $nextPacket
      (local.set $vAt (local.get $means))
      (local.set $nAt (local.get $counts))
      (local.set $loAt (local.get $state))
      (local.set $hiAt (i32.add (local.get $loAt) (local.get $pitch)))
      (local.set $sumAt (i32.add (local.get $hiAt) (local.get $pitch)))
      (local.set $countAt (i32.add (local.get $sumAt) (local.get $pitch)))
      (local.set $left (local.get $slots))
      (loop $nextSlots
        (local.set $v (i8x16.swizzle (v128.load (local.get $vAt)) (local.get $swap)))
        (local.set $n (i8x16.swizzle (v128.load (local.get $nAt)) (local.get $swapCount)))
        (local.set $good (v128.and
          (f64x2.gt (local.get $n) (v128.const f64x2 0 0))
          (v128.or
            (f64x2.lt (local.get $v) (v128.load (local.get $loAt)))
            (f64x2.gt (local.get $v) (v128.load (local.get $hiAt))))))
        (v128.store (local.get $sumAt) (f64x2.add (v128.load (local.get $sumAt))
          (v128.and (f64x2.mul (local.get $v) (local.get $n)) (local.get $good))))
        (v128.store (local.get $countAt) (f64x2.add (v128.load (local.get $countAt))
          (v128.and (local.get $n) (local.get $good))))
        (local.set $vAt (i32.add (local.get $vAt) (i32.const 16)))
        (local.set $nAt (i32.add (local.get $nAt) (i32.const 16)))
        (local.set $loAt (i32.add (local.get $loAt) (i32.const 16)))
        (local.set $hiAt (i32.add (local.get $hiAt) (i32.const 16)))
        (local.set $sumAt (i32.add (local.get $sumAt) (i32.const 16)))
        (local.set $countAt (i32.add (local.get $countAt) (i32.const 16)))
        (br_if $nextSlots
          (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 2))) (i32.const 0))))
      (local.set $means (i32.add (local.get $means) (local.get $stride)))
      (local.set $counts (i32.add (local.get $counts) (local.get $stride)))
      (br_if $nextPacket (local.tee $packets (i32.sub (local.get $packets) (i32.const 1))))))

  ;; sum += v for every good real4, into four arrays at `sums`, `pitch` bytes apart
  (func (export "addFourReal4")
    (param $input i32) (param $stride i32) (param $packets i32) (param $slots i32)
    (param $state i32) (param $pitch i32) (param $order i32) (param $atA i32)
    (local $swap v128) (local $lo v128) (local $hi v128) (local $v v128) (local $w v128)
    (local $sumA v128) (local $moreA v128) (local $sumB v128) (local $moreB v128) (local $sumC v128) (local $moreC v128) (local $sumD v128) (local $moreD v128)
    (local $at i32) (local $left i32) (local $hiAt i32)
    (local $atB i32) (local $atC i32) (local $atD i32)
    (local.set $swap (v128.load (local.get $order)))
    (loop $nextSlots
      (local.set $hiAt (i32.add (local.get $state) (local.get $pitch)))
      (local.set $atB (i32.add (local.get $atA) (local.get $pitch)))
      (local.set $atC (i32.add (local.get $atB) (local.get $pitch)))
      (local.set $atD (i32.add (local.get $atC) (local.get $pitch)))
      (local.set $lo (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.load (local.get $state)))
        (f32x4.demote_f64x2_zero (v128.load offset=16 (local.get $state)))))
      (local.set $hi (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.load (local.get $hiAt)))
        (f32x4.demote_f64x2_zero (v128.load offset=16 (local.get $hiAt)))))
      (local.set $sumA (v128.load (local.get $atA)))
      (local.set $moreA (v128.load offset=16 (local.get $atA)))
      (local.set $sumB (v128.load (local.get $atB)))
      (local.set $moreB (v128.load offset=16 (local.get $atB)))
      (local.set $sumC (v128.load (local.get $atC)))
      (local.set $moreC (v128.load offset=16 (local.get $atC)))
      (local.set $sumD (v128.load (local.get $atD)))
      (local.set $moreD (v128.load offset=16 (local.get $atD)))
      (local.set $at (local.get $input))
      (local.set $left (local.get $packets))
      (loop $nextPacket
        (local.set $v (i8x16.swizzle (v128.load (local.get $at)) (local.get $swap)))
        (local.set $v (v128.and (local.get $v) (v128.or
          (f32x4.lt (local.get $v) (local.get $lo)) (f32x4.gt (local.get $v) (local.get $hi)))))
        (local.set $w (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $v) (local.get $v))))
        (local.set $v (f64x2.promote_low_f32x4 (local.get $v)))
        (local.set $sumA (f64x2.add (local.get $sumA) (local.get $v)))
        (local.set $moreA (f64x2.add (local.get $moreA) (local.get $w)))
        (local.set $sumB (f64x2.add (local.get $sumB) (local.get $v)))
        (local.set $moreB (f64x2.add (local.get $moreB) (local.get $w)))
        (local.set $sumC (f64x2.add (local.get $sumC) (local.get $v)))
        (local.set $moreC (f64x2.add (local.get $moreC) (local.get $w)))
        (local.set $sumD (f64x2.add (local.get $sumD) (local.get $v)))
        (local.set $moreD (f64x2.add (local.get $moreD) (local.get $w)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (br_if $nextPacket (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $atA) (local.get $sumA))
      (v128.store offset=16 (local.get $atA) (local.get $moreA))
      (v128.store (local.get $atB) (local.get $sumB))
      (v128.store offset=16 (local.get $atB) (local.get $moreB))
      (v128.store (local.get $atC) (local.get $sumC))
      (v128.store offset=16 (local.get $atC) (local.get $moreC))
      (v128.store (local.get $atD) (local.get $sumD))
      (v128.store offset=16 (local.get $atD) (local.get $moreD))
      (local.set $state (i32.add (local.get $state) (i32.const 32)))
      (local.set $atA (i32.add (local.get $atA) (i32.const 32)))
      (local.set $input (i32.add (local.get $input) (i32.const 16)))
      (br_if $nextSlots
        (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 4))) (i32.const 0)))))

  ;; sum += v for every good real8, into four arrays at `sums`, `pitch` bytes apart
  (func (export "addFourReal8")
    (param $input i32) (param $stride i32) (param $packets i32) (param $slots i32)
    (param $state i32) (param $pitch i32) (param $order i32) (param $atA i32)
    (local $swap v128) (local $lo v128) (local $hi v128) (local $v v128) 
    (local $sumA v128) (local $sumB v128) (local $sumC v128) (local $sumD v128)
    (local $at i32) (local $left i32) (local $hiAt i32)
    (local $atB i32) (local $atC i32) (local $atD i32)
    (local.set $swap (v128.load (local.get $order)))
    (loop $nextSlots
      (local.set $hiAt (i32.add (local.get $state) (local.get $pitch)))
      (local.set $atB (i32.add (local.get $atA) (local.get $pitch)))
      (local.set $atC (i32.add (local.get $atB) (local.get $pitch)))
      (local.set $atD (i32.add (local.get $atC) (local.get $pitch)))
      (local.set $lo (v128.load (local.get $state)))
      (local.set $hi (v128.load (local.get $hiAt)))
      (local.set $sumA (v128.load (local.get $atA)))
      (local.set $sumB (v128.load (local.get $atB)))
      (local.set $sumC (v128.load (local.get $atC)))
      (local.set $sumD (v128.load (local.get $atD)))
      (local.set $at (local.get $input))
      (local.set $left (local.get $packets))
      (loop $nextPacket
        (local.set $v (i8x16.swizzle (v128.load (local.get $at)) (local.get $swap)))
        (local.set $v (v128.and (local.get $v) (v128.or
          (f64x2.lt (local.get $v) (local.get $lo)) (f64x2.gt (local.get $v) (local.get $hi)))))
        (local.set $sumA (f64x2.add (local.get $sumA) (local.get $v)))
        (local.set $sumB (f64x2.add (local.get $sumB) (local.get $v)))
        (local.set $sumC (f64x2.add (local.get $sumC) (local.get $v)))
        (local.set $sumD (f64x2.add (local.get $sumD) (local.get $v)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (br_if $nextPacket (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $atA) (local.get $sumA))
      (v128.store (local.get $atB) (local.get $sumB))
      (v128.store (local.get $atC) (local.get $sumC))
      (v128.store (local.get $atD) (local.get $sumD))
      (local.set $state (i32.add (local.get $state) (i32.const 16)))
      (local.set $atA (i32.add (local.get $atA) (i32.const 16)))
      (local.set $input (i32.add (local.get $input) (i32.const 16)))
      (br_if $nextSlots
        (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 2))) (i32.const 0)))))

  ;; Counts, least and greatest values (three arrays at `into` and at `from`, `pitch` bytes apart) of the samples before and after
  ;; become those of both: count += count, low = min(low, low), high = max(high, high). Equal values (0 and -0) stay as they were.
  (func (export "mergeBounds") (param $from i32) (param $into i32) (param $pitch i32)
    (local $left i32) (local $lowFrom i32) (local $lowInto i32) (local $highFrom i32) (local $highInto i32)
    (local.set $lowFrom (i32.add (local.get $from) (local.get $pitch)))
    (local.set $lowInto (i32.add (local.get $into) (local.get $pitch)))
    (local.set $highFrom (i32.add (local.get $lowFrom) (local.get $pitch)))
    (local.set $highInto (i32.add (local.get $lowInto) (local.get $pitch)))
    (local.set $left (local.get $pitch))
    (loop $next
      (v128.store (local.get $into) (f64x2.add (v128.load (local.get $into)) (v128.load (local.get $from))))
      (v128.store (local.get $lowInto) (f64x2.pmin (v128.load (local.get $lowInto)) (v128.load (local.get $lowFrom))))
      (v128.store (local.get $highInto) (f64x2.pmax (v128.load (local.get $highInto)) (v128.load (local.get $highFrom))))
      (local.set $into (i32.add (local.get $into) (i32.const 16)))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (local.set $lowInto (i32.add (local.get $lowInto) (i32.const 16)))
      (local.set $lowFrom (i32.add (local.get $lowFrom) (i32.const 16)))
      (local.set $highInto (i32.add (local.get $highInto) (i32.const 16)))
      (local.set $highFrom (i32.add (local.get $highFrom) (i32.const 16)))
      (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 16))))))

  ;; Results as they stand in a packet: `mean...` values / counts, `choose...` values, `fill` where there was no sample;
  ;; `copy...` values. Written to `out` in the order of bytes that `order` says, up to 12 bytes behind the last slot.

  (func (export "meanReal4")
    (param $values i32) (param $counts i32) (param $fill f64) (param $slots i32) (param $out i32) (param $order i32)
    (local $swap v128) (local $fills v128) (local $none v128)
    (local.set $swap (v128.load (local.get $order)))
    (local.set $fills (f64x2.splat (local.get $fill)))
    (loop $next
      (v128.store (local.get $out) (i8x16.swizzle (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.bitselect (f64x2.div (v128.load (local.get $values)) (v128.load (local.get $counts))) (local.get $fills)
        (f64x2.gt (v128.load (local.get $counts)) (local.get $none))))
        (f32x4.demote_f64x2_zero (v128.bitselect (f64x2.div (v128.load offset=16 (local.get $values)) (v128.load offset=16 (local.get $counts))) (local.get $fills)
        (f64x2.gt (v128.load offset=16 (local.get $counts)) (local.get $none))))) (local.get $swap)))
      (local.set $values (i32.add (local.get $values) (i32.const 32)))
      (local.set $counts (i32.add (local.get $counts) (i32.const 32)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 4))) (i32.const 0)))))

  (func (export "chooseReal4")
    (param $values i32) (param $counts i32) (param $fill f64) (param $slots i32) (param $out i32) (param $order i32)
    (local $swap v128) (local $fills v128) (local $none v128)
    (local.set $swap (v128.load (local.get $order)))
    (local.set $fills (f64x2.splat (local.get $fill)))
    (loop $next
      (v128.store (local.get $out) (i8x16.swizzle (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.bitselect (v128.load (local.get $values)) (local.get $fills)
        (f64x2.gt (v128.load (local.get $counts)) (local.get $none))))
        (f32x4.demote_f64x2_zero (v128.bitselect (v128.load offset=16 (local.get $values)) (local.get $fills)
        (f64x2.gt (v128.load offset=16 (local.get $counts)) (local.get $none))))) (local.get $swap)))
      (local.set $values (i32.add (local.get $values) (i32.const 32)))
      (local.set $counts (i32.add (local.get $counts) (i32.const 32)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 4))) (i32.const 0)))))

  (func (export "copyReal4") (param $values i32) (param $slots i32) (param $out i32) (param $order i32)
    (local $swap v128)
    (local.set $swap (v128.load (local.get $order)))
    (loop $next
      (v128.store (local.get $out) (i8x16.swizzle (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (v128.load (local.get $values)))
        (f32x4.demote_f64x2_zero (v128.load offset=16 (local.get $values)))) (local.get $swap)))
      (local.set $values (i32.add (local.get $values) (i32.const 32)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 4))) (i32.const 0)))))

  (func (export "meanReal8")
    (param $values i32) (param $counts i32) (param $fill f64) (param $slots i32) (param $out i32) (param $order i32)
    (local $swap v128) (local $fills v128) (local $none v128)
    (local.set $swap (v128.load (local.get $order)))
    (local.set $fills (f64x2.splat (local.get $fill)))
    (loop $next
      (v128.store (local.get $out) (i8x16.swizzle (v128.bitselect (f64x2.div (v128.load (local.get $values)) (v128.load (local.get $counts))) (local.get $fills)
        (f64x2.gt (v128.load (local.get $counts)) (local.get $none))) (local.get $swap)))
      (local.set $values (i32.add (local.get $values) (i32.const 16)))
      (local.set $counts (i32.add (local.get $counts) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 2))) (i32.const 0)))))

  (func (export "chooseReal8")
    (param $values i32) (param $counts i32) (param $fill f64) (param $slots i32) (param $out i32) (param $order i32)
    (local $swap v128) (local $fills v128) (local $none v128)
    (local.set $swap (v128.load (local.get $order)))
    (local.set $fills (f64x2.splat (local.get $fill)))
    (loop $next
      (v128.store (local.get $out) (i8x16.swizzle (v128.bitselect (v128.load (local.get $values)) (local.get $fills)
        (f64x2.gt (v128.load (local.get $counts)) (local.get $none))) (local.get $swap)))
      (local.set $values (i32.add (local.get $values) (i32.const 16)))
      (local.set $counts (i32.add (local.get $counts) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 2))) (i32.const 0)))))

  (func (export "copyReal8") (param $values i32) (param $slots i32) (param $out i32) (param $order i32)
    (local $swap v128)
    (local.set $swap (v128.load (local.get $order)))
    (loop $next
      (v128.store (local.get $out) (i8x16.swizzle (v128.load (local.get $values)) (local.get $swap)))
      (local.set $values (i32.add (local.get $values) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (i32.gt_s (local.tee $slots (i32.sub (local.get $slots) (i32.const 2))) (i32.const 0))))))
